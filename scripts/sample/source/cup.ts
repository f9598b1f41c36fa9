import { mix } from '../canvas/colour.ts';
import type { Drawer } from '../canvas/sketch.ts';
import { ellipse, path, polyline, rectangle, stroke } from '../canvas/svg.ts';

/** A cup with its handle, seen a little from above; plain, ringed or dotted, sometimes steaming. */
export const cup: Drawer = {
  name: 'cup',
  sketch: (random, palette) => {
    const top = random.between(42, 60);
    const foot = top * random.between(0.55, 1);
    const height = random.between(75, 120);
    const tilt = random.between(6, 17);
    const upper = -height / 2;
    const lower = height / 2;
    const handle = random.between(20, 34);
    const side = mix(palette.main, palette.dark, 0.25);
    const wall = `M${-top} ${upper} C${-top} ${lower * 0.5} ${-foot} ${lower * 0.8} ${-foot} ${lower} A${foot} ${tilt * (foot / top)} 0 0 0 ${foot} ${lower} C${foot} ${lower * 0.8} ${top} ${lower * 0.5} ${top} ${upper} Z`;
    const decoration = random.pick(['plain', 'rings', 'zigzag', 'band']);
    const marks: string[] = [];
    if (decoration === 'rings') {
      for (const share of [0.25, 0.4, 0.55]) {
        const breadth = top + (foot - top) * share * 0.6 - 2;
        const y = upper + height * share;
        marks.push(
          path(`M${-breadth} ${y} A${breadth} ${tilt} 0 0 0 ${breadth} ${y}`, { stroke: palette.accent, width: 4 }),
        );
      }
    } else if (decoration === 'zigzag') {
      marks.push(
        polyline(
          Array.from({ length: 11 }, (_, index) => [(index / 5 - 1) * foot * 0.85, 8 + (index % 2) * 14 + 6] as const),
          { stroke: palette.second, width: 4 },
        ),
      );
    } else if (decoration === 'band') {
      marks.push(rectangle(-foot * 0.7, -4, foot * 1.4, 24, { fill: palette.second }, 5));
    }
    const steam = random.chance(0.3)
      ? [-18, 4, 24].map((x) =>
          stroke(
            [
              [x, upper - 4],
              [x + 7, upper - 16],
              [x - 4, upper - 28],
              [x + 4, upper - 40],
            ],
            {
              stroke: palette.light,
              width: 4,
              opacity: 0.6,
            },
          ),
        )
      : [];
    const body =
      path(
        `M${top * 0.85} ${upper + height * 0.18} C${top + handle * 1.7} ${upper} ${top + handle * 1.5} ${lower} ${foot * 0.8} ${lower - height * 0.22}`,
        {
          stroke: side,
          width: random.between(8, 14),
        },
      ) +
      path(wall, { fill: palette.main }) +
      path(
        `M${top * 0.45} ${upper} C${top * 0.5} ${lower * 0.5} ${foot * 0.5} ${lower * 0.8} ${foot * 0.5} ${lower + 4} L${foot} ${lower} C${foot} ${lower * 0.8} ${top} ${lower * 0.5} ${top} ${upper} Z`,
        {
          fill: palette.dark,
          opacity: 0.22,
        },
      ) +
      marks.join('') +
      ellipse([0, upper], top, tilt, { fill: mix(palette.main, palette.light, 0.5) }) +
      ellipse([0, upper + 1.5], top * 0.9, tilt * 0.82, { fill: side }) +
      ellipse([0, upper + 4], top * 0.82, tilt * 0.66, { fill: mix(palette.dark, palette.accent, 0.35) }) +
      steam.join('');
    return { kind: 'subject', body, turn: 14, relief: random.between(0.3, 0.8) };
  },
};

import { mix } from '../canvas/colour.ts';
import type { Drawer } from '../canvas/sketch.ts';
import { ellipse, path, polyline, rectangle } from '../canvas/svg.ts';

/** Glass with shoulders and a neck, filled to some height, with a label and a gleam. */
export const bottle: Drawer = {
  name: 'bottle',
  sketch: (random, palette) => {
    const breadth = random.between(20, 44);
    const neck = random.between(7, Math.min(14, breadth * 0.55));
    const shoulder = random.between(-45, -5);
    const slope = random.between(12, 45);
    const top = -92;
    const outline = `M${-neck} ${top} L${-neck} ${shoulder - slope} C${-neck} ${shoulder - slope * 0.3} ${-breadth} ${shoulder - slope * 0.3} ${-breadth} ${shoulder + 8} L${-breadth} 86 Q${-breadth} 95 ${-breadth + 9} 95 L${breadth - 9} 95 Q${breadth} 95 ${breadth} 86 L${breadth} ${shoulder + 8} C${breadth} ${shoulder - slope * 0.3} ${neck} ${shoulder - slope * 0.3} ${neck} ${shoulder - slope} L${neck} ${top} Z`;
    const level = random.between(shoulder + 5, 70);
    const label = random.between(24, 50);
    const labelTop = random.between(shoulder + 14, 86 - label);
    const body =
      path(outline, { fill: palette.main }) +
      rectangle(
        -breadth + 4,
        level,
        breadth * 2 - 8,
        91 - level,
        { fill: mix(palette.accent, palette.dark, 0.25), opacity: 0.75 },
        4,
      ) +
      ellipse([0, level], breadth - 4, 4, { fill: palette.accent, opacity: 0.8 }) +
      (random.chance(0.75)
        ? rectangle(-breadth, labelTop, breadth * 2, label, { fill: palette.light }) +
          rectangle(-breadth * 0.6, labelTop + label * 0.2, breadth * 1.2, label * 0.18, { fill: palette.second }) +
          polyline(
            [
              [-breadth * 0.5, labelTop + label * 0.6],
              [breadth * 0.5, labelTop + label * 0.6],
            ],
            { stroke: palette.dark, width: 2 },
          )
        : '') +
      rectangle(
        -neck - 3,
        top - 4,
        neck * 2 + 6,
        random.between(8, 20),
        { fill: mix(palette.second, palette.dark, 0.3) },
        2,
      ) +
      polyline(
        [
          [-breadth + 8, shoulder + 14],
          [-breadth + 8, 80],
        ],
        { stroke: palette.light, width: random.between(2, 6), opacity: 0.7 },
      );
    return { kind: 'subject', body, turn: random.pick([10, 10, 90]), relief: random.between(0.3, 1) };
  },
};

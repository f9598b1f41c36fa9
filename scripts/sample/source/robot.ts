import { mix } from '../canvas/colour.ts';
import type { Drawer } from '../canvas/sketch.ts';
import { circle, polyline, rectangle, stroke } from '../canvas/svg.ts';

/** A tin robot from the front: box head with lamps for eyes, panel on the chest, jointed arms and legs. */
export const robot: Drawer = {
  name: 'robot',
  sketch: (random, palette) => {
    const head = random.between(22, 34);
    const chest = random.between(26, 40);
    const metal = palette.main;
    const dim = mix(metal, palette.dark, 0.35);
    const limb = { stroke: dim, width: random.between(8, 13) };
    const parts: string[] = [];
    for (const side of [-1, 1]) {
      const lift = random.between(-50, 36);
      parts.push(
        stroke(
          [
            [side * chest, -14],
            [side * (chest + 18), lift * 0.4],
            [side * (chest + 24), lift],
          ],
          limb,
        ),
        circle([side * (chest + 24), lift], 8, { fill: palette.second }),
        rectangle(side * chest * 0.5 - 7, 36, 14, 42, { fill: dim }),
        rectangle(side * chest * 0.5 - 13, 74, 26, 14, { fill: palette.second }, 4),
      );
    }
    parts.push(
      rectangle(-7, -42, 14, 20, { fill: dim }),
      rectangle(-chest, -26, chest * 2, 66, { fill: metal }, random.between(0, 14)),
      rectangle(-chest * 0.65, -14, chest * 1.3, 24, { fill: mix(palette.dark, palette.second, 0.3) }, 3),
      rectangle(-head, -84, head * 2, 48, { fill: metal }, random.between(0, 20)),
    );
    const dial = random.pick(['wave', 'lamps', 'bars']);
    if (dial === 'wave') {
      parts.push(
        polyline(
          [-2, -1, 0, 1, 2].map((step) => [step * chest * 0.26, -2 + (step % 2 === 0 ? 6 : -6)] as const),
          { stroke: palette.accent, width: 2.5 },
        ),
      );
    } else {
      for (const step of [-1, 0, 1]) {
        if (dial === 'lamps')
          parts.push(circle([step * chest * 0.4, -2], 5, { fill: random.pick([palette.accent, palette.light]) }));
        else parts.push(rectangle(step * chest * 0.4 - 3, -10, 6, random.between(6, 18), { fill: palette.accent }));
      }
    }
    const eye = random.between(5, 10);
    for (const side of [-1, 1]) {
      parts.push(
        circle([side * head * 0.45, -64], eye, { fill: palette.light, stroke: palette.dark, width: 2.5 }),
        circle([side * head * 0.45, -64], eye * 0.45, { fill: palette.dark }),
        rectangle(side * (head + 3) - 3, -70, 6, 16, { fill: palette.second }),
      );
    }
    parts.push(
      rectangle(-head * 0.55, -50, head * 1.1, 7, { fill: palette.dark }, 2),
      stroke(
        [
          [0, -84],
          [0, -96],
        ],
        { stroke: dim, width: 3 },
      ),
      circle([0, -97], 4.5, { fill: palette.accent }),
      ...[-1, 1].map((side) => circle([side * chest * 0.75, 30], 2.6, { fill: palette.dark })),
    );
    return { kind: 'subject', body: parts.join(''), turn: 16, relief: random.between(0.2, 0.8) };
  },
};

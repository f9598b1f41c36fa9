import { mix } from '../canvas/colour.ts';
import type { Drawer } from '../canvas/sketch.ts';
import { circle, polygon, rectangle, stroke, type Point } from '../canvas/svg.ts';

/** A column cactus with arms, ribs and thorns, in the ground or in a pot. */
export const cactus: Drawer = {
  name: 'cactus',
  sketch: (random, palette) => {
    const trunk = random.between(30, 46);
    const rib = mix(palette.main, palette.dark, 0.4);
    const parts: string[] = [];
    const limb = (points: readonly Point[], width: number): void => {
      parts.push(stroke(points, { stroke: palette.main, width }));
      for (const share of [-0.28, 0, 0.28]) {
        parts.push(
          stroke(
            points.map(([x, y]) => [x + share * width, y] as const),
            { stroke: rib, width: 2 },
          ),
        );
      }
      for (let thorn = 0; thorn < 10; thorn++) {
        const [x, y] = random.pick(points);
        const from: Point = [x + random.between(-0.45, 0.45) * width, y + random.between(-14, 14)];
        parts.push(
          stroke([from, [from[0] + random.between(-5, 5), from[1] - 5]], { stroke: palette.light, width: 1.5 }),
        );
      }
    };
    const arms = random.integer(1, 3);
    for (let arm = 0; arm < arms; arm++) {
      const side = arm % 2 === 0 ? 1 : -1;
      const out = random.between(42, 62) * side;
      const elbow = random.between(-10, 36);
      limb(
        [
          [0, elbow],
          [out * 0.6, elbow],
          [out, elbow - 8],
          [out, elbow - 25],
          [out, elbow - random.between(36, 62)],
        ],
        trunk * 0.55,
      );
    }
    limb(
      [
        [0, 92],
        [0, 40],
        [0, 0],
        [0, -random.between(40, 68)],
      ],
      trunk,
    );
    if (random.chance(0.4))
      parts.push(circle([0, -74], 8, { fill: palette.accent }), circle([0, -74], 4, { fill: palette.light }));
    if (random.chance(0.5)) {
      parts.push(
        polygon(
          [
            [-38, 62],
            [38, 62],
            [28, 100],
            [-28, 100],
          ],
          { fill: palette.second },
        ),
        rectangle(-42, 54, 84, 14, { fill: mix(palette.second, palette.dark, 0.2) }, 2),
      );
    }
    return { kind: 'subject', body: parts.join(''), turn: 12, relief: random.between(0.4, 1) };
  },
};

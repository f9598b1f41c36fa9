import { mix } from '../canvas/colour.ts';
import type { Drawer } from '../canvas/sketch.ts';
import { blob, circle, ellipse, group, stroke } from '../canvas/svg.ts';

/** A rabbit crouching, seen from the side: long ears up or laid back, round haunch, scut. */
export const rabbit: Drawer = {
  name: 'rabbit',
  sketch: (random, palette) => {
    const ear = random.between(42, 62);
    const inner = mix(palette.light, palette.accent, 0.35);
    const fold = mix(palette.main, palette.dark, 0.35);
    const lean = random.between(-20, 55);
    const far = lean + random.between(8, 24);
    const upright = random.between(-8, 22);
    const pale = random.chance(0.5) ? palette.light : palette.second;
    const earShape = (colour: typeof palette.main): string =>
      blob(
        [
          [-7, 0],
          [-12, -ear * 0.6],
          [0, -ear],
          [12, -ear * 0.6],
          [7, 0],
        ],
        { fill: colour },
      );
    const head =
      group(earShape(fold), { x: 8, y: -16, degrees: far }) +
      group(
        earShape(palette.main) +
          blob(
            [
              [-3, -4],
              [-6, -ear * 0.6],
              [0, -ear * 0.85],
              [6, -ear * 0.6],
              [3, -4],
            ],
            { fill: inner },
          ),
        { x: 0, y: -16, degrees: lean },
      ) +
      blob(
        [
          [-30, 6],
          [-24, -12],
          [0, -22],
          [20, -10],
          [20, 12],
          [-4, 20],
          [-24, 16],
        ],
        { fill: palette.main },
      ) +
      blob(
        [
          [-30, 6],
          [-22, 2],
          [-8, 12],
          [-10, 19],
          [-24, 16],
        ],
        { fill: pale },
      ) +
      circle([-8, -5], 4.6, { fill: palette.dark }) +
      circle([-9, -6.5], 1.4, { fill: palette.light }) +
      circle([-29, 5], 3, { fill: mix(palette.accent, palette.dark, 0.3) }) +
      [-2, 3, 8]
        .map((y) =>
          stroke(
            [
              [-22, 9],
              [-44, 5 + y * 1.6],
            ],
            { stroke: palette.light, width: 1 },
          ),
        )
        .join('');
    const body =
      circle([74, 40], random.between(10, 16), { fill: palette.light }) +
      blob(
        [
          [-40, 4],
          [-10, -14],
          [36, -18],
          [72, 14],
          [76, 54],
          [40, 70],
          [-30, 68],
          [-42, 36],
        ],
        { fill: palette.main },
      ) +
      blob(
        [
          [-38, 22],
          [-26, 18],
          [-10, 50],
          [-30, 66],
          [-42, 40],
        ],
        { fill: pale },
      ) +
      ellipse([42, 36], 34, 32, { fill: mix(palette.main, palette.second, 0.25), stroke: fold, width: 2.5 }) +
      blob(
        [
          [6, 64],
          [44, 56],
          [66, 66],
          [40, 76],
          [8, 76],
        ],
        { fill: pale },
      ) +
      stroke(
        [
          [-28, 40],
          [-30, 58],
          [-38, 72],
        ],
        { stroke: palette.main, width: 14 },
      ) +
      group(head, { x: -44, y: -14 - upright });
    return { kind: 'subject', body, turn: 14, relief: random.between(0.3, 0.9) };
  },
};

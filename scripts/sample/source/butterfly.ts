import { mix } from '../canvas/colour.ts';
import type { Drawer } from '../canvas/sketch.ts';
import { blob, circle, ellipse, group, stroke } from '../canvas/svg.ts';

/** Four spread wings with borders, veins and eyespots. */
export const butterfly: Drawer = {
  name: 'butterfly',
  sketch: (random, palette) => {
    const span = random.between(70, 94);
    const rise = random.between(45, 82);
    const tail = random.between(48, 90);
    const border = mix(palette.dark, palette.second, random.between(0, 0.5));
    const fold = random.between(0.55, 1);
    const eye = random.between(5, 11);
    const spots = random.integer(0, 5);
    const upper = (scale: number): readonly (readonly [number, number])[] => [
      [4, -8],
      [span * 0.45 * scale, -rise * scale],
      [span * scale, -rise * 0.92 * scale],
      [span * 0.82 * scale, -12 * scale],
      [30 * scale, 6],
    ];
    const lower = (scale: number): readonly (readonly [number, number])[] => [
      [4, 0],
      [span * 0.7 * scale, 6],
      [span * 0.66 * scale, tail * 0.62 * scale],
      [span * 0.36 * scale, tail * scale],
      [10, tail * 0.4 * scale],
    ];
    const wing =
      blob(lower(1), { fill: border }) +
      blob(lower(0.82), { fill: palette.second }) +
      blob(upper(1), { fill: border }) +
      blob(upper(0.84), { fill: palette.main }) +
      [0.3, 0.6, 0.9]
        .map((share) =>
          stroke(
            [
              [6, -6],
              [span * 0.75, -rise * share],
            ],
            { stroke: border, width: 1.8 },
          ),
        )
        .join('') +
      circle([span * 0.62, -rise * 0.55], eye, { fill: palette.accent }) +
      circle([span * 0.62, -rise * 0.55], eye * 0.5, { fill: palette.dark }) +
      Array.from({ length: spots }, (_, index) =>
        circle([span * (0.3 + 0.09 * index), tail * 0.45 - index * 3], 3.5, { fill: palette.light }),
      ).join('');
    const body =
      group(wing, { scaleX: fold, scaleY: 1 }) +
      group(wing, { scaleX: -fold, scaleY: 1 }) +
      ellipse([0, 8], 5.5, 36, { fill: palette.dark }) +
      circle([0, -30], 7, { fill: palette.dark }) +
      stroke(
        [
          [-2, -34],
          [-10, -56],
          [-24, -68],
        ],
        { stroke: palette.dark, width: 2.4 },
      ) +
      stroke(
        [
          [2, -34],
          [10, -56],
          [24, -68],
        ],
        { stroke: palette.dark, width: 2.4 },
      );
    return { kind: 'subject', body, turn: 90, relief: random.between(0, 0.5) };
  },
};

import { mix } from '../canvas/colour.ts';
import type { Drawer } from '../canvas/sketch.ts';
import { blob, circle, ellipse, polygon, stroke } from '../canvas/svg.ts';

/** A duck from the side, swimming or standing: breast, folded wing, neck, bill and eye. */
export const duck: Drawer = {
  name: 'duck',
  sketch: (random, palette) => {
    const neck = random.between(26, 56);
    const depth = random.between(30, 42);
    const headAt = [-48 + random.between(-8, 8), -12 - neck] as const;
    const cap = random.chance(0.5) ? mix(palette.second, palette.dark, 0.3) : palette.main;
    const bill = mix(palette.accent, palette.light, random.between(0, 0.3));
    const parts: string[] = [];
    if (random.chance(0.5)) {
      for (const x of [-6, 16]) {
        parts.push(
          stroke(
            [
              [x, 40],
              [x - 2, 78],
            ],
            { stroke: bill, width: 5 },
          ),
          polygon(
            [
              [x - 18, 84],
              [x + 6, 84],
              [x - 2, 72],
            ],
            { fill: bill },
          ),
        );
      }
    } else {
      for (const y of [50, 60])
        parts.push(
          stroke(
            [
              [-85, y],
              [-30, y + 5],
              [30, y - 3],
              [90, y + 3],
            ],
            { stroke: palette.light, width: 3, opacity: 0.7 },
          ),
        );
    }
    parts.push(
      blob(
        [
          [-62, 8],
          [-52, 36],
          [-10, 22 + depth],
          [50, 40],
          [92, -14],
          [60, -4],
          [20, -14],
          [-20, -10],
          [-46, -18],
        ],
        { fill: palette.main },
      ),
      stroke([[-42, 12], [-50, -8], headAt], { stroke: cap, width: 27 }),
      random.chance(0.5)
        ? stroke(
            [
              [-60, 0],
              [-46, 5],
              [-34, 0],
            ],
            { stroke: palette.light, width: 6 },
          )
        : '',
      blob(
        [
          [headAt[0] - 14, headAt[1] - 2],
          [headAt[0] - 42, headAt[1] + 6],
          [headAt[0] - 40, headAt[1] + 14],
          [headAt[0] - 12, headAt[1] + 14],
        ],
        { fill: bill },
      ),
      ellipse(headAt, 23, 20, { fill: cap }),
      circle([headAt[0] - 9, headAt[1] - 5], 4.4, { fill: palette.light }),
      circle([headAt[0] - 10, headAt[1] - 5], 2.8, { fill: palette.dark }),
      blob(
        [
          [-22, 6],
          [6, -8],
          [48, -4],
          [78, -2],
          [46, 26],
          [4, 30],
        ],
        { fill: palette.second },
      ),
    );
    for (const share of [0, 1, 2]) {
      parts.push(
        stroke(
          [
            [2 + share * 12, 18 - share * 4],
            [32 + share * 9, 14 - share * 4],
            [58 + share * 5, 4 - share * 2],
          ],
          { stroke: mix(palette.second, palette.dark, 0.4), width: 2 },
        ),
      );
    }
    return { kind: 'subject', body: parts.join(''), turn: 14, relief: random.between(0.3, 0.9) };
  },
};

import { mix } from '../canvas/colour.ts';
import type { Drawer } from '../canvas/sketch.ts';
import { blob, circle, ellipse, stroke } from '../canvas/svg.ts';

/** A beetle from above: wing cases, shield, head, six legs, feelers or horns. */
export const beetle: Drawer = {
  name: 'beetle',
  sketch: (random, palette) => {
    const breadth = random.between(28, 44);
    const length = random.between(44, 62);
    const shield = breadth * random.between(0.7, 0.95);
    const leg = { stroke: palette.dark, width: random.between(3.5, 6) };
    const parts: string[] = [];
    for (const side of [-1, 1]) {
      for (const [y, out, foot] of [
        [-22, -30, -52],
        [4, 0, 2],
        [34, 28, 62],
      ] as const) {
        const knee = side * (breadth + random.between(14, 26));
        parts.push(
          stroke(
            [
              [side * breadth * 0.6, y],
              [knee, y + out * 0.4 + random.between(-6, 6)],
              [knee + side * random.between(4, 14), foot + random.between(-8, 8)],
            ],
            leg,
          ),
        );
      }
      const reach = random.between(16, 34);
      parts.push(
        stroke(
          [
            [side * 8, -66],
            [side * 16, -80],
            [side * reach, -92],
          ],
          { ...leg, width: 2.6 },
        ),
      );
    }
    parts.push(
      ellipse([0, -60], 15, 14, { fill: palette.dark }),
      blob(
        [
          [-shield, -24],
          [-shield * 0.75, -52],
          [0, -58],
          [shield * 0.75, -52],
          [shield, -24],
          [0, -18],
        ],
        { fill: mix(palette.second, palette.dark, 0.35) },
      ),
      ellipse([0, 22], breadth, length, { fill: palette.main }),
    );
    const pattern = random.pick(['dots', 'grooves', 'bands', 'plain']);
    for (const side of [-1, 1]) {
      if (pattern === 'dots') {
        for (let dot = 0; dot < 4; dot++) {
          parts.push(
            circle([side * breadth * random.between(0.3, 0.7), -8 + dot * 18], random.between(3.5, 7), {
              fill: palette.dark,
            }),
          );
        }
      } else if (pattern === 'grooves') {
        for (const share of [0.3, 0.55, 0.8]) {
          const x = side * breadth * share;
          const reach = length * Math.sqrt(1 - share * share) * 0.85;
          parts.push(
            stroke(
              [
                [x * 0.8, 22 - reach],
                [x, 22],
                [x * 0.8, 22 + reach],
              ],
              { stroke: mix(palette.main, palette.dark, 0.5), width: 2 },
            ),
          );
        }
      } else if (pattern === 'bands') {
        for (const y of [0, 26, 50])
          parts.push(
            stroke(
              [
                [0, y],
                [side * breadth * 0.75, y + 4],
              ],
              { stroke: palette.accent, width: 8 },
            ),
          );
      }
    }
    parts.push(
      stroke(
        [
          [0, -22],
          [0, 22 + length],
        ],
        { stroke: palette.dark, width: 3 },
      ),
      stroke(
        [
          [-breadth * 0.5, -6],
          [-breadth * 0.6, 20],
          [-breadth * 0.5, 44],
        ],
        { stroke: palette.light, width: 5, opacity: random.between(0.1, 0.6) },
      ),
    );
    return { kind: 'subject', body: parts.join(''), turn: 180, relief: random.between(0.5, 1) };
  },
};

import { mix } from '../canvas/colour.ts';
import type { Drawer } from '../canvas/sketch.ts';
import { blob, circle, stroke, type Point } from '../canvas/svg.ts';

/** A fish from the side: body, tail, fins, gill and eye, plain, barred or dotted. */
export const fish: Drawer = {
  name: 'fish',
  sketch: (random, palette) => {
    const depth = random.between(22, 46);
    const tail = random.between(24, 42);
    const fork = random.between(0, 18);
    const fin = mix(palette.second, palette.accent, random.next());
    const back = (x: number): number => depth * Math.sqrt(Math.max(0, 1 - ((x + 12) / 72) ** 2)) * (x < -12 ? 1 : 0.94);
    const outline: Point[] = [];
    for (let x = -84; x <= 58; x += 14) outline.push([x, -back(x) - (x > 50 ? 4 : 0)]);
    for (let x = 58; x >= -84; x -= 14) outline.push([x, back(x) + (x > 50 ? 4 : 0)]);
    const markings: string[] = [];
    const kind = random.pick(['plain', 'bars', 'dots', 'line']);
    if (kind === 'bars') {
      const count = random.integer(3, 6);
      for (let bar = 0; bar < count; bar++) {
        const x = -40 + (bar * 85) / count;
        const reach = back(x) * 0.9;
        markings.push(
          stroke(
            [
              [x, -reach],
              [x + 5, 0],
              [x, reach],
            ],
            { stroke: palette.second, width: random.between(4, 9) },
          ),
        );
      }
    } else if (kind === 'dots') {
      for (let dot = 0; dot < 24; dot++) {
        const x = random.between(-45, 45);
        markings.push(
          circle([x, random.between(-0.8, 0.8) * back(x)], random.between(1.5, 4), { fill: palette.second }),
        );
      }
    } else if (kind === 'line') {
      markings.push(
        stroke(
          [
            [-50, -2],
            [0, -depth * 0.2],
            [56, 0],
          ],
          { stroke: palette.light, width: random.between(3, 7) },
        ),
      );
    }
    const rays = [0.2, 0.4, 0.6, 0.8].map((share) =>
      stroke(
        [
          [60, 0],
          [94, -tail + 2 * tail * share],
        ],
        { stroke: mix(fin, palette.dark, 0.4), width: 1.2 },
      ),
    );
    const body =
      blob(
        [
          [52, -4],
          [76, -tail * 0.7],
          [97, -tail],
          [92 - fork, 0],
          [97, tail],
          [76, tail * 0.7],
          [52, 4],
        ],
        { fill: fin },
      ) +
      rays.join('') +
      blob(
        [
          [-30, -depth * 0.8],
          [-14, -depth - random.between(10, 26)],
          [34, -depth * 0.9 - 8],
          [38, -depth * 0.5],
        ],
        { fill: fin },
      ) +
      blob(
        [
          [0, depth * 0.7],
          [12, depth + 18],
          [28, depth * 0.6],
        ],
        { fill: fin },
      ) +
      blob(outline, { fill: palette.main }) +
      blob(
        [
          [-78, 4],
          [-40, depth * 0.55],
          [20, depth * 0.75],
          [-20, depth * 0.95],
          [-60, depth * 0.6],
        ],
        {
          fill: palette.light,
          opacity: 0.5,
        },
      ) +
      markings.join('') +
      stroke(
        [
          [-46, -depth * 0.6],
          [-38, 0],
          [-46, depth * 0.6],
        ],
        { stroke: palette.dark, width: 2, opacity: 0.6 },
      ) +
      blob(
        [
          [-28, 2],
          [-4, 12],
          [-6, 20],
          [-26, 12],
        ],
        { fill: fin },
      ) +
      circle([-62, -depth * 0.2], 6, { fill: palette.light }) +
      circle([-62, -depth * 0.2], 3.4, { fill: palette.dark }) +
      stroke(
        [
          [-84, 5],
          [-74, 7],
        ],
        { stroke: palette.dark, width: 2 },
      );
    return { kind: 'subject', body, turn: 35, relief: random.between(0.3, 1) };
  },
};

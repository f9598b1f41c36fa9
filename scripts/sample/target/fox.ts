import { mix, type Palette } from '../canvas/colour.ts';
import type { Random } from '../canvas/random.ts';
import type { Drawer } from '../canvas/sketch.ts';
import { blob, circle, ellipse, group, polygon, stroke, type Point } from '../canvas/svg.ts';
import { drift, perch } from './perch.ts';

/** The head from the front: broad cheeks that narrow to the muzzle, two pointed ears. */
function frontHead(random: Random, palette: Palette): string {
  const breadth = random.between(36, 48);
  const chin = random.between(34, 46);
  const ear = random.between(34, 48);
  const cheek = random.between(0, 12);
  const parts: string[] = [];
  for (const side of [-1, 1]) {
    const tip: Point = [side * breadth * random.between(0.72, 0.95), -22 - ear];
    parts.push(
      polygon([[side * 6, -24], tip, [side * breadth * 0.95, -8]], { fill: palette.main }),
      polygon(
        [
          [side * 14, -26],
          [tip[0] * 0.95, tip[1] + 12],
          [side * breadth * 0.78, -14],
        ],
        { fill: mix(palette.dark, palette.second, 0.2) },
      ),
    );
  }
  parts.push(
    blob(
      [
        [0, -32],
        [breadth * 0.72, -24],
        [breadth + 2, cheek],
        [breadth * 0.5, chin * 0.6],
        [0, chin],
        [-breadth * 0.5, chin * 0.6],
        [-breadth - 2, cheek],
        [-breadth * 0.72, -24],
      ],
      { fill: palette.main },
    ),
  );
  for (const side of [-1, 1]) {
    parts.push(
      blob(
        [
          [side * (breadth - 3), cheek],
          [side * breadth * 0.45, cheek - 4],
          [side * 7, chin * 0.25],
          [side * 3, chin * 0.92],
          [side * breadth * 0.5, chin * 0.55],
        ],
        { fill: palette.light },
      ),
    );
  }
  const apart = breadth * random.between(0.36, 0.46);
  const lids = random.pick(['open', 'open', 'closed']);
  for (const side of [-1, 1]) {
    const x = side * apart;
    if (lids === 'closed') {
      parts.push(
        stroke(
          [
            [x - 7, -2],
            [x, 3],
            [x + 7, -2],
          ],
          { stroke: palette.dark, width: 3 },
        ),
      );
    } else {
      parts.push(
        group(
          ellipse([0, 0], 8, 5.6, { fill: palette.accent, stroke: palette.dark, width: 2 }) +
            ellipse([0, 0], 3, 5, { fill: [0.05, 0.05, 0.07] }),
          { x, y: -3, degrees: side * -16 },
        ),
        circle([x + 1.6, -5], 1.3, { fill: [1, 1, 1] }),
      );
    }
  }
  parts.push(ellipse([0, chin * 0.86], 6.5, 5, { fill: [0.08, 0.07, 0.08] }));
  return parts.join('');
}

/** A bushy tail along the points, its tip pale or dark. */
function tail(random: Random, palette: Palette, points: readonly Point[], width: number): string {
  const tip = random.chance(0.75) ? palette.light : palette.dark;
  const last = points.slice(-2);
  return (
    stroke(points, { stroke: mix(palette.main, palette.second, 0.4), width }) +
    stroke(last, { stroke: tip, width: width * 0.82 }) +
    stroke(points.slice(0, -1), { stroke: mix(palette.main, palette.dark, 0.2), width: width * 0.2 })
  );
}

function sitting(random: Random, palette: Palette): string {
  const hip = random.between(36, 48);
  const foot = 80;
  const sock = mix(palette.dark, palette.main, random.between(0, 0.4));
  const tilt = random.between(-18, 18);
  const parts = [
    perch(random, foot - 4),
    tail(
      random,
      palette,
      [
        [hip * 0.6, 66],
        [hip + 20, 58],
        [hip + 36, 30],
        [hip + 28, random.between(-6, 12)],
      ],
      random.between(20, 30),
    ),
    blob(
      [
        [-20, -20],
        [-28, 20],
        [-hip, 55],
        [-hip * 0.8, foot],
        [hip * 0.8, foot],
        [hip, 55],
        [28, 20],
        [20, -20],
      ],
      { fill: palette.main },
    ),
    blob(
      [
        [-15, -12],
        [-17, 14],
        [0, 46],
        [17, 14],
        [15, -12],
      ],
      { fill: palette.light },
    ),
  ];
  for (const side of [-1, 1]) {
    parts.push(
      stroke(
        [
          [side * 13, 22],
          [side * 12, 58],
          [side * 12, foot - 4],
        ],
        { stroke: palette.main, width: 15 },
      ),
      stroke(
        [
          [side * 12, 60],
          [side * 12, foot - 2],
        ],
        { stroke: sock, width: 14 },
      ),
      stroke(
        [
          [side * 22, 34],
          [side * 26, 56],
          [side * 22, foot - 6],
        ],
        { stroke: mix(palette.main, palette.dark, 0.35), width: 2.5 },
      ),
    );
  }
  parts.push(group(frontHead(random, palette), { x: tilt * 0.3, y: -36, degrees: tilt }));
  return parts.join('');
}

function walking(random: Random, palette: Palette): string {
  const stride = random.between(4, 24);
  const depth = random.between(17, 24);
  const sock = mix(palette.dark, palette.main, random.between(0, 0.4));
  const foot = 66;
  const far = mix(palette.main, palette.dark, 0.35);
  const raise = random.between(-26, 8);
  const leg = (x: number, step: number, colour: Palette['main']): string =>
    stroke(
      [
        [x, 12],
        [x + step * 0.35, 36],
        [x + step, foot],
      ],
      { stroke: colour, width: 11 },
    ) +
    stroke(
      [
        [x + step * 0.5, 44],
        [x + step, foot],
        [x + step - 5, foot + 1],
      ],
      { stroke: sock, width: 10 },
    );
  const headAt: Point = [-58, -20 + raise * 0.4];
  const muzzle = random.between(30, 40);
  const head =
    polygon(
      [
        [2, -18],
        [10, -52],
        [24, -14],
      ],
      { fill: mix(palette.main, palette.dark, 0.4) },
    ) +
    polygon(
      [
        [-10, -18],
        [0, -50],
        [14, -16],
      ],
      { fill: palette.main },
    ) +
    polygon(
      [
        [-5, -20],
        [0, -41],
        [9, -18],
      ],
      { fill: palette.dark },
    ) +
    blob(
      [
        [24, -12],
        [6, -22],
        [-16, -14],
        [-muzzle - 8, 8],
        [-muzzle - 6, 14],
        [-10, 20],
        [16, 20],
        [28, 6],
      ],
      { fill: palette.main },
    ) +
    blob(
      [
        [-muzzle - 4, 12],
        [-14, 8],
        [8, 10],
        [22, 20],
        [4, 24],
        [-14, 20],
      ],
      { fill: palette.light },
    ) +
    ellipse([-10, -4], 4.5, 3.6, { fill: palette.accent }) +
    ellipse([-10, -4], 2, 3.4, { fill: [0.05, 0.05, 0.07] }) +
    circle([-muzzle - 8, 8], 4.6, { fill: [0.08, 0.07, 0.08] });
  return (
    perch(random, foot + 2) +
    tail(
      random,
      palette,
      [
        [46, -2],
        [70, -4 + raise],
        [88, 8 + raise],
        [104, raise - 4],
      ],
      random.between(20, 28),
    ) +
    leg(-30, stride * 0.7, far) +
    leg(34, -stride * 0.7, far) +
    blob(
      [
        [-50, -22],
        [-20, -depth],
        [30, -depth - 2],
        [52, -8],
        [48, 14],
        [16, depth - 4],
        [-20, depth + 2],
        [-50, 10],
      ],
      { fill: palette.main },
    ) +
    blob(
      [
        [-48, 4],
        [-20, depth - 4],
        [20, depth - 8],
        [-10, depth + 2],
        [-40, 14],
      ],
      { fill: palette.light },
    ) +
    leg(-38, -stride, palette.main) +
    leg(42, stride, palette.main) +
    group(head, { x: headAt[0], y: headAt[1], degrees: random.between(-20, 16), scaleX: random.between(0.85, 1.05) })
  );
}

function curledUp(random: Random, palette: Palette): string {
  const fold = mix(palette.main, palette.dark, 0.35);
  return (
    perch(random, 48) +
    ellipse([0, 14], 76, 44, { fill: palette.main }) +
    stroke(
      [
        [-40, -14],
        [10, -22],
        [54, -2],
      ],
      { stroke: fold, width: 3 },
    ) +
    stroke(
      [
        [30, 30],
        [44, 10],
        [36, -10],
      ],
      { stroke: fold, width: 3 },
    ) +
    tail(
      random,
      palette,
      [
        [66, 18],
        [52, 44],
        [10, 52],
        [-34, 46],
      ],
      random.between(24, 32),
    ) +
    group(frontHead(random, palette), { x: -34, y: 4, degrees: random.between(-34, 10), scaleX: 0.85 })
  );
}

/** A fox, sitting, walking or curled up. */
export const fox: Drawer = {
  name: 'fox',
  sketch: (random, palette) => ({
    kind: 'subject',
    body: random.pick([sitting, sitting, walking, walking, curledUp])(random, palette) + drift(random),
    turn: 16,
    relief: random.between(0.2, 0.7),
  }),
};

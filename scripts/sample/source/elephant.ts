import { mix } from '../canvas/colour.ts';
import type { Drawer } from '../canvas/sketch.ts';
import { blob, circle, rectangle, stroke } from '../canvas/svg.ts';

/** An elephant from the side: trunk raised or hanging, ear, tusk, four pillars of legs. */
export const elephant: Drawer = {
  name: 'elephant',
  sketch: (random, palette) => {
    const skin = palette.main;
    const far = mix(skin, palette.dark, 0.4);
    const line = mix(skin, palette.dark, 0.5);
    const raised = random.chance(0.5);
    const stride = random.between(-8, 8);
    const ear = random.between(0.8, 1.25);
    const leg = (x: number, colour: typeof skin): string =>
      rectangle(x - 11, 24, 22, 58, { fill: colour }, 6) +
      [-6, 0, 6].map((toe) => circle([x + toe, 79], 3, { fill: palette.light })).join('');
    const trunk = raised
      ? stroke(
          [
            [-58, -14],
            [-80, 2],
            [-92, -20],
            [-84, -random.between(44, 66)],
          ],
          { stroke: skin, width: 15 },
        )
      : stroke(
          [
            [-58, -14],
            [-78, 10],
            [-80, 44],
            [-random.between(64, 92), 66],
          ],
          { stroke: skin, width: 15 },
        );
    const body =
      leg(-18 - stride, far) +
      leg(50 + stride, far) +
      stroke(
        [
          [76, -10],
          [88, 12],
          [84, random.between(28, 44)],
        ],
        { stroke: far, width: 5 },
      ) +
      blob(
        [
          [-50, -20],
          [-20, -46],
          [30, -50],
          [72, -30],
          [80, 16],
          [60, 44],
          [0, 48],
          [-40, 34],
        ],
        { fill: skin },
      ) +
      leg(-32 + stride, skin) +
      leg(62 - stride, skin) +
      trunk +
      blob(
        [
          [-76, -16],
          [-66, -48],
          [-38, -56],
          [-18, -34],
          [-24, -2],
          [-52, 8],
        ],
        { fill: skin },
      ) +
      stroke(
        [
          [-62, 0],
          [-74, 14],
          [-86, 12],
        ],
        { stroke: palette.light, width: 6 },
      ) +
      blob(
        [
          [-44, -38],
          [-16 * ear, -48 * ear],
          [4 * ear, -20],
          [-8, 18 * ear],
          [-34, 12],
        ],
        { fill: mix(skin, palette.second, 0.35), stroke: line, width: 2.5 },
      ) +
      circle([-58, -28], 3.6, { fill: palette.dark }) +
      (random.chance(0.4)
        ? blob(
            [
              [0, -52],
              [52, -48],
              [56, -4],
              [28, 8],
              [0, -6],
            ],
            { fill: palette.accent, stroke: palette.light, width: 3 },
          )
        : '') +
      [0, 1, 2]
        .map((wrinkle) =>
          stroke(
            [
              [-84, 20 + wrinkle * 9],
              [-74, 20 + wrinkle * 9],
            ],
            { stroke: line, width: raised ? 0.1 : 2 },
          ),
        )
        .join('');
    return { kind: 'subject', body, turn: 12, relief: random.between(0.4, 1) };
  },
};

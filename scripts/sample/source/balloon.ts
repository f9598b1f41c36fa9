import { mix } from '../canvas/colour.ts';
import type { Drawer } from '../canvas/sketch.ts';
import { path, polyline, rectangle } from '../canvas/svg.ts';

/** A hot-air balloon: envelope in gores or rings, ropes and basket. */
export const balloon: Drawer = {
  name: 'balloon',
  sketch: (random, palette) => {
    const breadth = random.between(48, 66);
    const bottom = random.between(34, 46);
    const top = -95;
    const mouth = random.between(9, 16);
    const gore = (share: number): string => {
      const x = breadth * share;
      return `C${x * 1.05} ${top} ${x * 1.35} ${(top + bottom) * 0.5 + 5} ${mouth * share} ${bottom}`;
    };
    const colours = [palette.main, palette.second, palette.accent, palette.light];
    const period = random.integer(2, 4);
    const gores = random.integer(2, 4);
    const parts = [
      path(
        `M0 ${top} ${gore(1)} L${-mouth} ${bottom} C${-breadth * 1.35} ${(top + bottom) * 0.5 + 5} ${-breadth * 1.05} ${top} 0 ${top} Z`,
        { fill: palette.main },
      ),
    ];
    for (let index = 0; index < gores * 2; index++) {
      const share = Math.cos(((index + 0.5) * Math.PI) / (gores * 2 + 1));
      const next = Math.cos(((index + 1.5) * Math.PI) / (gores * 2 + 1));
      const backwards = `C${breadth * next * 1.35} ${(top + bottom) * 0.5 + 5} ${breadth * next * 1.05} ${top} 0 ${top}`;
      parts.push(
        path(`M0 ${top} ${gore(share)} L${mouth * next} ${bottom} ${backwards} Z`, {
          fill: colours[index % period] ?? palette.main,
        }),
      );
    }
    const basket = random.between(9, 14);
    for (const x of [-1, -0.3, 0.3, 1]) {
      parts.push(
        polyline(
          [
            [x * mouth, bottom],
            [x * basket, 76],
          ],
          { stroke: palette.dark, width: 1.8 },
        ),
      );
    }
    const wicker = mix(palette.dark, palette.second, 0.4);
    parts.push(
      rectangle(-basket, 74, basket * 2, 20, { fill: wicker }, 3),
      polyline(
        [
          [-basket, 81],
          [basket, 81],
        ],
        { stroke: palette.light, width: 1.5, opacity: 0.6 },
      ),
      polyline(
        [
          [-basket, 87],
          [basket, 87],
        ],
        { stroke: palette.light, width: 1.5, opacity: 0.6 },
      ),
    );
    return { kind: 'subject', body: parts.join(''), turn: 16, relief: random.between(0.5, 1) };
  },
};

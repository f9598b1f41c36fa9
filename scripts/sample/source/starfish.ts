import { mix } from '../canvas/colour.ts';
import type { Drawer } from '../canvas/sketch.ts';
import { blob, circle, polar, type Point } from '../canvas/svg.ts';

/** Arms that taper from a disc, set with rows of knobs. */
export const starfish: Drawer = {
  name: 'starfish',
  sketch: (random, palette) => {
    const arms = random.pick([5, 5, 5, 5, 6, 7]);
    const inner = random.between(22, 36);
    const thick = random.between(4, 11);
    const curl = random.between(-14, 14);
    const lengths = Array.from({ length: arms }, () => random.between(74, 95));
    const outline: Point[] = [];
    const knobs: string[] = [];
    lengths.forEach((length, arm) => {
      const angle = (arm * 360) / arms;
      const bend = curl + random.between(-10, 10);
      const tip = angle + bend;
      const half = (Math.atan2(thick, length * 0.8) * 180) / Math.PI;
      outline.push(
        polar([0, 0], angle - 180 / arms, inner),
        polar([0, 0], angle + bend * 0.5 - half * 2, length * 0.55),
        polar([0, 0], tip - half, length * 0.92),
        polar([0, 0], tip, length),
        polar([0, 0], tip + half, length * 0.92),
        polar([0, 0], angle + bend * 0.5 + half * 2, length * 0.55),
      );
      for (let knob = 0; knob < 7; knob++) {
        const share = 0.12 + knob * 0.12;
        const size = 5 * (1.1 - share);
        knobs.push(circle(polar([0, 0], angle + bend * share, length * share), size, { fill: palette.light }));
        if (share < 0.7) {
          for (const side of [-1, 1]) {
            knobs.push(
              circle(polar([0, 0], angle + bend * share + side * 13, length * share * 0.95), size * 0.6, {
                fill: palette.second,
              }),
            );
          }
        }
      }
    });
    const body =
      blob(outline, { fill: palette.main, stroke: mix(palette.main, palette.dark, 0.3), width: 3 }) + knobs.join('');
    return { kind: 'subject', body, turn: 180, relief: random.between(0.5, 1) };
  },
};

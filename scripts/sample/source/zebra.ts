import { mix, scaled, smoothstep } from '../canvas/colour.ts';
import { fractal, gradientNoise } from '../canvas/noise.ts';
import type { Drawer } from '../canvas/sketch.ts';

/** A striped coat: wavering bands that fork and end, under short hair. */
export const zebra: Drawer = {
  name: 'zebra',
  sketch: (random, palette) => {
    const bands = random.between(4, 10);
    const bend = fractal(gradientNoise(random), 2);
    const fork = gradientNoise(random);
    const hair = gradientNoise(random);
    const amount = random.between(0.12, 0.32);
    const width = random.between(-0.25, 0.25);
    const [pale, deep] = random.chance(0.75) ? [palette.light, palette.dark] : [palette.main, palette.dark];
    const round = random.between(0, 0.9);
    return {
      kind: 'surface',
      turn: 180,
      colourAt: (x, y) => {
        const position = (y + amount * bend(x * 1.5, y * 1.2)) * bands;
        const wave =
          Math.sin(2 * Math.PI * position + 2.4 * fork(x * 3, y * 3)) + 0.7 * fork(x * 2 + 20, position * 0.5);
        const colour = mix(pale, deep, smoothstep(-0.15, 0.15, wave - width));
        const light = 1 + 0.16 * hair(x * 30, y * 110) - round * (y - 0.5) * (y - 0.5);
        return scaled(colour, light);
      },
    };
  },
};

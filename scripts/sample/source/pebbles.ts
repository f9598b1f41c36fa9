import { mix, scaled, smoothstep } from '../canvas/colour.ts';
import { cellularNoise, fractal, gradientNoise } from '../canvas/noise.ts';
import type { Drawer } from '../canvas/sketch.ts';

/** Rounded stones close together, each its own tone, shade in the gaps. */
export const pebbles: Drawer = {
  name: 'pebbles',
  sketch: (random, palette) => {
    const cells = cellularNoise(random);
    const grain = fractal(gradientNoise(random), 3);
    const frequency = random.between(4, 9);
    const stretch = random.between(0.6, 1);
    const gap = random.between(0.1, 0.22);
    const angle = random.between(0, 2 * Math.PI);
    const [lightX, lightY] = [Math.cos(angle) * 0.12, Math.sin(angle) * 0.12];
    const height = (x: number, y: number): number => {
      const { nearest, second } = cells(x, y);
      return Math.sqrt(Math.max(0, Math.min(1, (second - nearest) * 1.6)));
    };
    return {
      kind: 'surface',
      turn: 180,
      colourAt: (x, y) => {
        const bent = 0.12 * grain(x * 6, y * 6);
        const [u, v] = [x * frequency + bent, y * frequency * stretch + bent];
        const { identity, nearest, second } = cells(u, v);
        const tone = (identity * 7.13) % 1;
        const stone = mix(
          mix(palette.main, palette.second, identity),
          tone > 0.75 ? palette.light : palette.accent,
          tone > 0.5 ? 0.6 : 0,
        );
        const slope = height(u, v) - height(u + lightX, v + lightY);
        const speckle = 1 + 0.3 * grain(x * 45, y * 45) * tone;
        return mix(
          palette.dark,
          scaled(stone, (0.9 + 1.1 * slope) * speckle),
          smoothstep(gap * 0.3, gap, second - nearest),
        );
      },
    };
  },
};

import { mix, smoothstep } from '../canvas/colour.ts';
import { fractal, gradientNoise } from '../canvas/noise.ts';
import type { Drawer } from '../canvas/sketch.ts';

/** Heaps or veils of cloud, lit from one side, before a sky that pales downwards. */
export const clouds: Drawer = {
  name: 'clouds',
  sketch: (random, palette) => {
    const field = fractal(gradientNoise(random), 6);
    const warp = fractal(gradientNoise(random), 3);
    const frequency = random.between(1.4, 3.4);
    const stretch = random.between(1, 3);
    const cover = random.between(-0.15, 0.12);
    const softness = random.between(0.12, 0.45);
    const [lightX, lightY] = [random.between(-0.1, 0.1), random.between(-0.12, -0.04)];
    const density = (x: number, y: number): number => {
      const bent = 0.35 * warp(x * 2, y * 2);
      return field(x * frequency + bent, y * frequency * stretch + bent);
    };
    const shade = mix(palette.second, palette.dark, random.between(0.2, 0.6));
    return {
      kind: 'surface',
      turn: 10,
      colourAt: (x, y) => {
        const here = density(x, y);
        const cloud = smoothstep(cover, cover + softness, here);
        const lit = smoothstep(-0.25, 0.3, here - density(x + lightX, y + lightY) + 0.05);
        return mix(
          mix(palette.main, palette.light, Math.max(0, y) * 0.45),
          mix(shade, palette.light, 0.35 + 0.65 * lit),
          cloud,
        );
      },
    };
  },
};

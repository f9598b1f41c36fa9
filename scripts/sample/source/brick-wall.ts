import { mix, scaled, smoothstep } from '../canvas/colour.ts';
import { fractal, gradientNoise } from '../canvas/noise.ts';
import type { Drawer } from '../canvas/sketch.ts';

/** Courses of bricks in running bond, each its own tone, weathered. */
export const brickWall: Drawer = {
  name: 'brick-wall',
  sketch: (random, palette) => {
    const rows = random.between(5, 11);
    const ratio = random.between(1.8, 3);
    const joint = random.between(0.06, 0.14);
    const variety = random.between(0.2, 0.9);
    const mortar = random.chance(0.6) ? palette.light : palette.dark;
    const grain = fractal(gradientNoise(random), 4);
    const tones = gradientNoise(random);
    const shift = random.pick([0.5, 0.5, 0.33]);
    return {
      kind: 'surface',
      turn: random.pick([4, 15, 90]),
      colourAt: (x, y) => {
        const wobble = 0.03 * grain(x * 8, y * 8);
        const row = Math.floor(y * rows + wobble);
        const down = y * rows + wobble - row;
        const along = (x * rows) / ratio + row * shift + wobble / ratio;
        const column = Math.floor(along);
        const edge = Math.min(Math.min(down, 1 - down), Math.min(along - column, 1 - along + column) * ratio);
        const tone = 0.5 + variety * tones(column * 3.71 + 0.5, row * 5.37 + 0.5);
        const brick = scaled(mix(palette.main, palette.second, tone), 1 + 0.3 * grain(x * 30, y * 30));
        const inside = smoothstep(joint * 0.6, joint * 1.4, edge);
        // The upper rim of a brick catches light, the lower one lies in its own shade.
        const rim = inside * (1 - smoothstep(joint * 1.4, joint * 3, edge)) * (down < 0.5 ? 0.15 : -0.2);
        return scaled(mix(scaled(mortar, 0.9 + 0.2 * grain(x * 40, y * 40)), brick, inside), 1 + rim);
      },
    };
  },
};

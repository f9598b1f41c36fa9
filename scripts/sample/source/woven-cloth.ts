import { mix, scaled, type Colour } from '../canvas/colour.ts';
import { fractal, gradientNoise } from '../canvas/noise.ts';
import type { Drawer } from '../canvas/sketch.ts';

/** Warp and weft over and under each other, plain, twill or basket, with checks dyed into the yarn and soft folds. */
export const wovenCloth: Drawer = {
  name: 'woven-cloth',
  sketch: (random, palette) => {
    const threads = random.between(14, 34);
    const float = random.pick([1, 1, 2]);
    const step = random.pick([1, 2]);
    const sett = Array.from({ length: random.integer(4, 9) }, () =>
      random.pick([palette.main, palette.main, palette.second, palette.accent, palette.light]),
    );
    const weftToo = random.chance(0.7);
    const folds = fractal(gradientNoise(random), 2);
    const fuzz = gradientNoise(random);
    const fold = random.between(0, 0.5);
    const yarn = (index: number, dyed: boolean): Colour =>
      dyed ? (sett[((Math.floor(index / 2) % sett.length) + sett.length) % sett.length] ?? palette.main) : palette.main;
    return {
      kind: 'surface',
      turn: 180,
      colourAt: (x, y) => {
        const bentX = x + 0.03 * fold * folds(x * 2, y * 2);
        const bentY = y + 0.03 * fold * folds(x * 2 + 9, y * 2);
        const [column, row] = [Math.floor(bentX * threads), Math.floor(bentY * threads)];
        const [across, down] = [bentX * threads - column, bentY * threads - row];
        const over = Math.floor((column * step + row) / float) % 2 === 0;
        const colour = over ? yarn(column, true) : mix(yarn(row, weftToo), palette.dark, 0.12);
        // A thread is round across itself and dives at its ends.
        const [round, along] = over ? [across, down] : [down, across];
        const lit = Math.sin(Math.PI * round) * (0.7 + 0.3 * Math.sin(Math.PI * along));
        return scaled(
          colour,
          (0.42 + 0.66 * lit) * (1 + fold * folds(x * 2.5, y * 2.5)) * (1 + 0.12 * fuzz(x * 160, y * 160)),
        );
      },
    };
  },
};

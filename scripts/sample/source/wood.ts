import { mix, scaled, smoothstep } from '../canvas/colour.ts';
import { fractal, gradientNoise } from '../canvas/noise.ts';
import type { Drawer } from '../canvas/sketch.ts';

/** Year rings cut lengthwise, bent about knots, with pores; one board or several. */
export const wood: Drawer = {
  name: 'wood',
  sketch: (random, palette) => {
    const warp = fractal(gradientNoise(random), 3);
    const pores = gradientNoise(random);
    const rings = random.between(11, 24);
    const bend = random.between(0.08, 0.35);
    const contrast = random.between(0.55, 1);
    const boards = random.pick([0, 0, random.between(2, 5)]);
    const knots = Array.from({ length: random.integer(0, 3) }, () => ({
      x: random.between(0, 1),
      y: random.between(0, 1),
      reach: random.between(0.05, 0.13),
    }));
    const late = mix(palette.main, palette.dark, 0.75);
    const early = mix(palette.main, palette.light, random.between(0, 0.5));
    return {
      kind: 'surface',
      turn: 180,
      colourAt: (x, y) => {
        const board = boards === 0 ? 0 : Math.floor(y * boards);
        const across = y + board * 0.37;
        let height = across + bend * warp(x * 0.6 + board * 7.3, across * 1.7);
        let knot = 0;
        for (const { x: knotX, y: knotY, reach } of knots) {
          const [dx, dy] = [(x - knotX) * 0.55, y - knotY];
          const near = Math.exp(-(dx * dx + dy * dy) / (reach * reach));
          height += near * reach * (dy < 0 ? -1.6 : 1.6);
          knot = Math.max(knot, smoothstep(0.75, 0.97, near));
        }
        const position = height * rings;
        const share = position - Math.floor(position);
        const ring = smoothstep(0.1, 0.85, share) * (1 - smoothstep(0.9, 1, share));
        const pore = 0.1 * smoothstep(0.2, 0.6, pores(x * 7, y * 90));
        const colour = mix(mix(early, late, ring * contrast + pore), palette.dark, knot * 0.8);
        const inBoard = boards === 0 ? 0.5 : y * boards - board;
        return scaled(
          colour,
          (0.93 + 0.14 * pores(board * 5.3, 0.7)) * (0.45 + 0.55 * smoothstep(0, 0.05, Math.min(inBoard, 1 - inBoard))),
        );
      },
    };
  },
};

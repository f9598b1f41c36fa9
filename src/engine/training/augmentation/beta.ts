import type { Chance } from './chance.ts';

/** One from a normal distribution (Box and Muller). */
function normal(chance: Chance): number {
  return Math.sqrt(-2 * Math.log(1 - chance())) * Math.cos(2 * Math.PI * chance());
}

/** One from a gamma distribution of a shape from 1 on (Marsaglia and Tsang, doi:10.1145/358407.358414). */
function gamma(shape: number, chance: Chance): number {
  const d = shape - 1 / 3;
  for (;;) {
    const x = normal(chance);
    const v = (1 + x / Math.sqrt(9 * d)) ** 3;
    if (v > 0 && Math.log(1 - chance()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
  }
}

/**
 * One from Beta(alpha, alpha), in [0, 1].
 *
 * @param alpha above 0: below 1 mostly near 0 or 1 (Jöhnk's method, in logarithms so that a small one does not vanish),
 *   above it mostly near a half
 */
export function betaDraw(alpha: number, chance: Chance): number {
  if (alpha >= 1) {
    const [a, b] = [gamma(alpha, chance), gamma(alpha, chance)];
    return a / (a + b);
  }
  for (;;) {
    const a = Math.log(1 - chance()) / alpha;
    const b = Math.log(1 - chance()) / alpha;
    const larger = Math.max(a, b);
    const total = larger + Math.log(Math.exp(a - larger) + Math.exp(b - larger));
    if (total <= 0) return Math.exp(a - total);
  }
}

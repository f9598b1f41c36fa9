import { describe, expect, it } from 'vitest';
import { epochOrder } from '../../../src/engine/training/random.ts';

describe('the order of an epoch', () => {
  it('visits every image once', () => {
    expect([...epochOrder(1000, 7, 3)].sort((a, b) => a - b)).toEqual([...Array(1000).keys()]);
  });

  it('is the same for the same seed and epoch', () => {
    expect(epochOrder(50, 7, 3)).toEqual(epochOrder(50, 7, 3));
  });

  it.each([
    ['epoch', 7, 4],
    ['seed', 8, 3],
  ])('differs with the %s', (_, seed, epoch) => {
    expect(epochOrder(50, seed, epoch)).not.toEqual(epochOrder(50, 7, 3));
  });

  it('puts every image first equally often', () => {
    const counts = new Array<number>(8).fill(0);
    for (let epoch = 1; epoch <= 8000; epoch++) {
      const first = epochOrder(8, 1, epoch)[0] ?? 0;
      counts[first] = (counts[first] ?? 0) + 1;
    }
    // Chi-squared with 7 degrees of freedom: above 24.3 once in a thousand honest shuffles.
    const chiSquared = counts.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    expect(chiSquared).toBeLessThan(24.3);
  });
});

import { describe, expect, it } from 'vitest';
import { middleHalf, ridgeline } from '../../../../src/renderer/charts/ridgeline.ts';
import type { StepHistogram } from '../../../../src/shared/contract/histograms.ts';

function histogram(step: number, low: number, high: number, counts: readonly number[]): StepHistogram {
  return { step, epoch: 1, low, high, counts: Uint32Array.from(counts) };
}

/** The points of a path. */
function pointsOf(line: string): readonly (readonly [number, number])[] {
  return Array.from(line.matchAll(/[ML](\S+) (\S+?)(?=L|$)/g), ([, x, y]) => [Number(x), Number(y)] as const);
}

describe('histograms over one another', () => {
  it('stand on one axis, each from its least value to its greatest, the newest lowest', () => {
    const { low, high, ridges } = ridgeline([histogram(1, -1, 1, [1, 2]), histogram(2, 0, 3, [2, 1])], 100, 60);
    expect([low, high]).toEqual([-1, 3]);
    const [older, newer] = ridges.map(({ line }) => pointsOf(line));
    expect([older?.[0]?.[0], older?.at(-1)?.[0]]).toEqual([0, 50]);
    expect([newer?.[0]?.[0], newer?.at(-1)?.[0]]).toEqual([25, 100]);
    expect(ridges[1]?.base).toBeGreaterThan(ridges[0]?.base ?? NaN);
  });

  it('are as high as their values are dense, and within the box', () => {
    // As many values in a tenth of the way: ten times as dense, and the square root of that as high.
    const { ridges } = ridgeline([histogram(1, 0, 10, [5, 5]), histogram(2, 4, 5, [5, 5])], 100, 100);
    const [wide = 0, narrow = 0] = ridges.map(({ base, line }) => base - Math.min(...pointsOf(line).map(([, y]) => y)));
    expect(narrow / wide).toBeCloseTo(Math.sqrt(10), 1);
    for (const [x, y] of ridges.flatMap(({ line }) => pointsOf(line))) {
      expect(x).toBeGreaterThanOrEqual(0);
      expect(x).toBeLessThanOrEqual(100);
      expect(y).toBeGreaterThanOrEqual(-1);
      expect(y).toBeLessThanOrEqual(100);
    }
  });

  it('are left out evenly where they are many, the first and the last kept', () => {
    const steps = Array.from({ length: 200 }, (_, index) => histogram(index + 1, 0, 1, [1, 1]));
    const { ridges } = ridgeline(steps, 100, 100);
    expect(ridges.length).toBeLessThan(60);
    expect([ridges[0]?.histogram.step, ridges.at(-1)?.histogram.step]).toEqual([1, 200]);
  });

  it.each([
    ['of one value', histogram(1, 2, 2, [7, 0])],
    ['of nothing', histogram(1, 0, 0, [0, 0])],
  ])('%s are drawn all the same', (_, only) => {
    const { ridges } = ridgeline([only], 100, 100);
    for (const [x, y] of pointsOf(ridges[0]?.line ?? '')) expect(Number.isFinite(x) && Number.isFinite(y)).toBe(true);
  });

  it('tell where the middle half lies', () => {
    expect(middleHalf(histogram(1, 0, 4, [1, 1, 1, 1]))).toEqual([0.5, 2.5]);
    expect(middleHalf(histogram(1, 0, 4, [0, 9, 0, 0]))).toEqual([1.5, 1.5]);
  });
});

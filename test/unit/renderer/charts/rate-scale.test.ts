import { describe, expect, it } from 'vitest';
import type { TriedRate } from '../../../../src/shared/contract/finders.ts';
import { rateScale } from '../../../../src/renderer/charts/rate-scale.ts';

const FRAME = { left: 50, right: 450, top: 10, bottom: 210 };

function points(...losses: number[]): TriedRate[] {
  return losses.map((loss, index) => ({ rate: 10 ** (index - 4), loss, smoothed: loss }));
}

describe('the scale of a search for a rate', () => {
  const scale = rateScale(points(1, 0.8, 0.5, 0.6, 9), FRAME);

  it('puts powers of ten at even distances, from one rim to the other', () => {
    expect(scale?.powers).toEqual([-4, -3, -2, -1, 0]);
    expect([1e-4, 1e-3, 1e-2, 1e-1, 1].map((rate) => Math.round(scale?.x(rate) ?? NaN))).toEqual([
      50, 150, 250, 350, 450,
    ]);
  });

  it('has the least loss at the bottom, and cuts off what rises far above the beginning', () => {
    expect(scale?.y(0.5)).toBe(210);
    expect(scale?.rim).toBeCloseTo(1 + 0.3 * 0.5, 12);
    expect([scale?.y(9), scale?.y(1.15)].map((y) => Math.round(y ?? NaN))).toEqual([10, 10]);
    expect(scale?.y(0.8)).toBeGreaterThan(scale?.y(1) ?? NaN);
  });

  it.each([
    [-20, 0],
    [90, 0],
    [110, 1],
    [249, 2],
    [449, 4],
    [900, 4],
  ])('finds of x %d the nearest point, %d', (x, place) => {
    expect(scale?.nearest(x)).toBe(place);
  });

  it('is none of a single point, or of nothing', () => {
    expect([rateScale(points(1), FRAME), rateScale([], FRAME)]).toEqual([null, null]);
  });

  it('holds a curve that is flat', () => {
    const flat = rateScale(points(0, 0, 0), FRAME);
    expect([flat?.y(0), flat?.x(1e-4)]).toEqual([210, 50]);
  });
});

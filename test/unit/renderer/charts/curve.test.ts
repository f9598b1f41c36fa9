import { describe, expect, it } from 'vitest';
import { firstAtOrAfter, nearestIndex, withDetail } from '../../../../src/renderer/charts/curve.ts';

describe('finding a point of a curve', () => {
  const x = [1, 4, 9];
  it.each([
    [0, 0],
    [1, 0],
    [2.4, 0],
    [2.6, 1],
    [6.5, 1],
    [6.6, 2],
    [100, 2],
  ])('the point nearest to %d is number %d', (wanted, index) => expect(nearestIndex(x, wanted)).toBe(index));

  it('finds none in an empty curve', () => expect(nearestIndex([], 3)).toBe(-1));

  it.each([
    [0, 0],
    [4, 1],
    [5, 2],
    [10, 3],
  ])('the first point at or after %d is number %d', (wanted, index) => expect(firstAtOrAfter(x, wanted)).toBe(index));
});

describe('a closer look into a curve', () => {
  const curve = { x: [0, 10, 20, 30, 40], y: [0, 1, 2, 3, 4] };
  it('puts finer points in place of the coarse ones between its ends', () => {
    const seen = withDetail(curve, { from: 10, to: 20, x: [10, 15, 20], y: [1, 7, 2] });
    expect(seen.x).toEqual([0, 10, 15, 20, 30, 40]);
    expect(seen.y).toEqual([0, 1, 7, 2, 3, 4]);
  });

  it('keeps what came since beyond its last point', () => {
    const seen = withDetail(curve, { from: 25, to: 100, x: [26, 30], y: [5, 6] });
    expect(seen.x).toEqual([0, 10, 20, 26, 30, 40]);
    expect(seen.y).toEqual([0, 1, 2, 5, 6, 4]);
  });

  it('changes nothing where it found nothing', () => {
    expect(withDetail(curve, { from: 21, to: 29, x: [], y: [] })).toEqual(curve);
  });
});

import { describe, expect, it } from 'vitest';
import { rangeOf, sparklinePath } from '../../../../src/renderer/components/sparkline.ts';

describe('a small curve', () => {
  it.each([
    {
      what: 'goes from end to end, its greatest value at the top',
      x: [10, 20, 30],
      y: [0, 1, 2],
      path: 'M0.0 10.0L50.0 5.0L100.0 0.0',
    },
    { what: 'leaves a gap where there is no value', x: [0, 1, 2], y: [1, NaN, 1], path: 'M0.0 0.0M100.0 0.0' },
    { what: 'of zeros lies on the ground', x: [0, 4], y: [0, 0], path: 'M0.0 10.0L100.0 10.0' },
    { what: 'of one point is one', x: [7], y: [3], path: 'M0.0 0.0' },
    { what: 'of nothing is nothing', x: [], y: [], path: '' },
    { what: 'without a finite value is nothing', x: [1], y: [Infinity], path: '' },
  ])('$what', ({ x, y, path }) => {
    expect(sparklinePath({ x, y }, 100, 10)).toBe(path);
  });

  it('has the range of what is finite', () => {
    expect(rangeOf([3, NaN, -1, Infinity])).toEqual({ least: -1, most: 3 });
    expect(rangeOf([NaN])).toBeNull();
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { smooth } from '../../../../src/renderer/charts/smoothing.ts';

describe('the smoothing of curves', () => {
  it('changes nothing at weight 0', () => {
    expect(smooth([3, 1, 4, 1, 5], 0)).toEqual([3, 1, 4, 1, 5]);
  });

  it('is the average of what was seen, older values weighing less', () => {
    // Worked out by hand: (0.5 * 0.5 * 1 + 0.5 * 3) / (1 - 0.25), and so on.
    const [first, second, third] = smooth([1, 3, 5], 0.5);
    expect(first).toBeCloseTo(1, 12);
    expect(second).toBeCloseTo((0.25 * 1 + 0.5 * 3) / 0.75, 12);
    expect(third).toBeCloseTo((0.125 * 1 + 0.25 * 3 + 0.5 * 5) / 0.875, 12);
  });

  it('leaves the first value where it is, whatever the weight', () => {
    for (const weight of [0.1, 0.6, 0.99, 0.999]) expect(smooth([7, 0], weight)[0]).toBeCloseTo(7, 9);
  });

  it('leaves gaps as gaps, and goes on after them as if they were not there', () => {
    const smoothed = smooth([1, NaN, 3], 0.5);
    expect(smoothed[1]).toBeNaN();
    expect(smoothed[2]).toBeCloseTo(smooth([1, 3], 0.5)[1] ?? NaN, 12);
  });

  it('stays within what was seen', () => {
    const values = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(values, fc.double({ min: 0, max: 0.99, noNaN: true }), (seen, weight) => {
        const room = 1e-6 * Math.max(1, ...seen.map(Math.abs));
        for (const value of smooth(seen, weight)) {
          expect(value).toBeGreaterThanOrEqual(Math.min(...seen) - room);
          expect(value).toBeLessThanOrEqual(Math.max(...seen) + room);
        }
      }),
    );
  });
});

import { describe, expect, it } from 'vitest';
import { ThawError } from '../../../../src/shared/errors/thaw-error.ts';
import { risingRates, tryRates } from '../../../../src/engine/training/finder/find-rate.ts';

const diverged = new ThawError('training.diverged', 'It diverged.', 'Nothing.');

/** Gradient descent on w² / 2 from 1, which diverges where the rate is above 2. */
function descent(): (rate: number) => number {
  let weight = 1;
  return (rate) => {
    const loss = weight ** 2 / 2;
    weight -= rate * weight;
    return loss;
  };
}

describe('rates that are tried', () => {
  it('rise by the same factor from the first to the last', () => {
    const rates = risingRates({ from: 1e-6, to: 10, steps: 8 });
    expect(rates).toHaveLength(8);
    [rates[0], rates[7]].forEach((rate, index) => expect(rate).toBeCloseTo([1e-6, 10][index] ?? NaN, 12));
    rates.slice(1).forEach((rate, index) => expect(rate / (rates[index] ?? NaN)).toBeCloseTo(10, 9));
  });

  it('end where the smoothed loss is 4 times its least, with every point before that', async () => {
    const rates = risingRates({ from: 1e-3, to: 100, steps: 60 });
    const { points, end, ended } = await tryRates(rates, descent());
    expect(end).toBe('rose');
    expect(ended).toContain('4 times');
    expect(points.length).toBeLessThan(rates.length);
    expect(points.map(({ rate }) => rate)).toEqual(rates.slice(0, points.length));
    const smoothed = points.map((point) => point.smoothed);
    const isRisen = smoothed.map((loss, index) => loss > 4 * Math.min(...smoothed.slice(0, index + 1)));
    expect(isRisen.indexOf(true)).toBe(points.length - 1);
  });

  it('are smoothed by an average that the first loss does not weigh down', async () => {
    const losses = [2, 4, 1];
    const { points } = await tryRates([0.1, 0.2, 0.3], (_, index) => losses[index] ?? NaN);
    expect(points[0]?.smoothed).toBeCloseTo(2, 12);
    expect(points[1]?.smoothed).toBeCloseTo((0.9 * 2 + 4) / (0.9 + 1), 12);
    expect(points[2]?.smoothed).toBeCloseTo((0.9 ** 2 * 2 + 0.9 * 4 + 1) / (0.9 ** 2 + 0.9 + 1), 12);
  });

  it.each([
    ['a loss that is no number', () => NaN],
    ['an infinite loss', () => Infinity],
    ['a step that fails for it', () => Promise.reject(diverged)],
  ] as const)('end at %s, which is no error', async (_, step) => {
    const { points, end, ended } = await tryRates([0.1, 0.2, 0.3], (_rate, index) => (index < 2 ? 1 : step()));
    expect([points.length, end]).toEqual([2, 'diverged']);
    expect(ended).toContain('0.3');
  });

  it('pass on any other failure', async () => {
    const failure = new ThawError('memory.full', 'Full.', 'Less.');
    await expect(tryRates([0.1], () => Promise.reject(failure))).rejects.toBe(failure);
  });
});

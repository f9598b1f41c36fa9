import { describe, expect, it } from 'vitest';
import { batches, epochOrder, inOrder, type EpochOrder } from '../../../src/engine/training/epoch-order.ts';

const COUNT = 50;
/** Of one class 38 images, of another 9, of a third 3. */
const labels = Int32Array.from({ length: COUNT }, (_, row) => (row < 38 ? 0 : row < 47 ? 1 : 2));

function timesOf(rows: Iterable<number>): readonly number[] {
  const times = new Array<number>(COUNT).fill(0);
  for (const row of rows) times[row] = (times[row] ?? 0) + 1;
  return times;
}

describe('the order of an epoch', () => {
  it('visits every image once', () => {
    const { rows, repeats } = epochOrder(new Int32Array(1000), 'natural', 7, 3);
    expect([...rows].sort((a, b) => a - b)).toEqual([...Array(1000).keys()]);
    expect(new Set(repeats)).toEqual(new Set([0]));
  });

  it.each(['natural', 'balanced'] as const)(
    'is the same for the same seed and epoch, and another otherwise: %s',
    (sampling) => {
      const order = (seed: number, epoch: number): EpochOrder => epochOrder(labels, sampling, seed, epoch);
      expect(order(7, 3)).toEqual(order(7, 3));
      expect(order(7, 4)).not.toEqual(order(7, 3));
      expect(order(8, 3)).not.toEqual(order(7, 3));
    },
  );

  it('puts every image first equally often', () => {
    const counts = new Array<number>(8).fill(0);
    for (let epoch = 1; epoch <= 8000; epoch++) {
      const first = epochOrder(new Int32Array(8), 'natural', 1, epoch).rows[0] ?? 0;
      counts[first] = (counts[first] ?? 0) + 1;
    }
    // Chi-squared with 7 degrees of freedom: above 24.3 once in a thousand honest shuffles.
    const chiSquared = counts.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    expect(chiSquared).toBeLessThan(24.3);
  });

  it('in balance draws as often as there are images, each class alike, and each image of a class alike', () => {
    const totals = [0, 0, 0];
    for (let epoch = 1; epoch <= 30; epoch++) {
      const { rows, repeats } = epochOrder(labels, 'balanced', 7, epoch);
      expect(rows).toHaveLength(COUNT);
      const times = timesOf(rows);
      const ofClass = (label: number): readonly number[] => times.filter((_, row) => labels[row] === label);
      for (const label of [0, 1, 2]) {
        const own = ofClass(label);
        const sum = own.reduce((total, count) => total + count, 0);
        expect([16, 17]).toContain(sum);
        totals[label] = (totals[label] ?? 0) + sum;
        expect(Math.max(...own) - Math.min(...own)).toBeLessThanOrEqual(1);
      }
      // Each time that an image is drawn it is told how often it was before.
      const seen = new Array<number>(COUNT).fill(0);
      rows.forEach((row, index) => {
        expect(repeats[index]).toBe(seen[row]);
        seen[row] = (seen[row] ?? 0) + 1;
      });
    }
    // Which class is drawn once more is chance too.
    expect(Math.max(...totals) - Math.min(...totals)).toBeLessThan(30);
  });

  it('in balance over the epochs shows every image of a large class', () => {
    const epochs = Array.from({ length: 30 }, (_, index) => epochOrder(labels, 'balanced', 7, index + 1));
    expect(Math.min(...timesOf(epochs.flatMap(({ rows }) => [...rows])))).toBeGreaterThan(0);
  });

  it('comes in batches, the last one smaller, from any batch on', () => {
    const whole = [...batches(inOrder(11), 4)].map(({ rows }) => [...rows]);
    expect(whole).toEqual([[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10]]); // prettier-ignore
    const order = epochOrder(labels, 'balanced', 7, 3);
    expect([...batches(order, 8, 2)]).toEqual([...batches(order, 8)].slice(2));
  });
});

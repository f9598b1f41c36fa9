import { describe, expect, it } from 'vitest';
import { SAMPLINGS } from '../../../src/shared/contract/plan.ts';
import {
  batches,
  epochOrder,
  inOrder,
  sampledOrder,
  trainingBatches,
  type BatchRows,
  type EpochOrder,
} from '../../../src/engine/training/epoch-order.ts';

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

  it.each(SAMPLINGS)('is the same for the same seed and epoch, and another otherwise: %s', (sampling) => {
    const order = (seed: number, epoch: number): EpochOrder => epochOrder(labels, sampling, seed, epoch);
    expect(order(7, 3)).toEqual(order(7, 3));
    expect(order(7, 4)).not.toEqual(order(7, 3));
    expect(order(8, 3)).not.toEqual(order(7, 3));
  });

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

  it('at random draws any image as often as any other, some twice and some not at all', () => {
    const epochs = Array.from({ length: 200 }, (_, index) => epochOrder(labels, 'random', 7, index + 1));
    const [first] = epochs;
    expect(first?.rows).toHaveLength(COUNT);
    expect(new Set(first?.rows).size).toBeLessThan(COUNT);
    const times = timesOf(epochs.flatMap(({ rows }) => [...rows]));
    // Chi-squared with 49 degrees of freedom: above 85.4 once in a thousand honest draws.
    expect(times.reduce((sum, count) => sum + (count - 200) ** 2 / 200, 0)).toBeLessThan(85.4);
  });
});

describe('an epoch of so many steps', () => {
  const plan = { seed: 7, batchSize: 8, stepsPerEpoch: 5 };
  const rowsOf = (all: Iterable<BatchRows>): number[] => [...all].flatMap(({ rows }) => [...rows]);

  it.each(SAMPLINGS)('goes on in the passes where the one before ended, each batch full: %s', (sampling) => {
    const epochs = [1, 2, 3, 4].map((epoch) => [...trainingBatches({ ...plan, sampling }, labels, epoch, 0)]);
    for (const own of epochs) expect(own.map(({ rows }) => rows.length)).toEqual([8, 8, 8, 8, 8]);
    const passes = [1, 2, 3, 4].flatMap((pass) => [...epochOrder(labels, sampling, 7, pass).rows]);
    expect(rowsOf(epochs.flat())).toEqual(passes.slice(0, 160));
  });

  it.each(SAMPLINGS)('goes on from any of its steps as if it had not stopped: %s', (sampling) => {
    const whole = [...trainingBatches({ ...plan, sampling }, labels, 3, 0)];
    expect([...trainingBatches({ ...plan, sampling }, labels, 3, 2)]).toEqual(whole.slice(2));
  });

  it('tells of each draw how often the image was drawn before in this epoch, also in an earlier pass', () => {
    const seen = new Array<number>(COUNT).fill(0);
    const long = { ...plan, sampling: 'natural', stepsPerEpoch: 15 } as const;
    for (const { rows, repeats } of trainingBatches(long, labels, 2, 0)) {
      rows.forEach((row, index) => {
        expect(repeats[index]).toBe(seen[row]);
        seen[row] = (seen[row] ?? 0) + 1;
      });
    }
    expect(Math.max(...seen)).toBeGreaterThan(1);
  });

  it('goes through the images once where it is not said how long it is', () => {
    const once = [...trainingBatches({ ...plan, sampling: 'natural', stepsPerEpoch: null }, labels, 2, 0)];
    expect(once).toEqual([...batches(epochOrder(labels, 'natural', 7, 2), 8)]);
  });
});

describe('a validation of a part of the images', () => {
  it('draws others for each epoch, each once, in their own order, and the same for the same seed', () => {
    const drawn = (seed: number, epoch: number): number[] => [...sampledOrder(100, 20, seed, epoch).rows];
    const first = drawn(7, 1);
    expect(new Set(first).size).toBe(20);
    expect(first).toEqual([...first].sort((a, b) => a - b));
    expect(drawn(7, 1)).toEqual(first);
    expect(drawn(7, 2)).not.toEqual(first);
    expect(drawn(8, 1)).not.toEqual(first);
    const ever = new Set(Array.from({ length: 60 }, (_, index) => drawn(7, index + 1)).flat());
    expect(ever.size).toBe(100);
  });

  it('is all of them where there are no more', () => {
    expect(sampledOrder(5, 8, 7, 1)).toEqual(inOrder(5));
  });
});

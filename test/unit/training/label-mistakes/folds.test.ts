import { describe, expect, it } from 'vitest';
import { foldsOf } from '../../../../src/engine/training/label-mistakes/folds.ts';

const labels = Int32Array.from({ length: 103 }, (_, image) => (image < 70 ? 0 : image < 100 ? 1 : 2));
const apart = Int32Array.from(labels, (_, image) => image);

function counts(parts: Int32Array, folds: number): number[][] {
  return [0, 1, 2].map((label) =>
    Array.from(
      { length: folds },
      (_, fold) => labels.filter((own, image) => own === label && parts[image] === fold).length,
    ),
  );
}

describe('parts that judge one another', () => {
  it('have each class as evenly as it can be, a class of fewer images in as many parts', () => {
    const parts = foldsOf(labels, apart, 5, 1);
    const [first = [], second = [], third = []] = counts(parts, 5);
    expect(first).toEqual([14, 14, 14, 14, 14]);
    expect(second).toEqual([6, 6, 6, 6, 6]);
    expect(third.toSorted()).toEqual([0, 0, 1, 1, 1]);
  });

  it('are the same by one seed, and others by another', () => {
    expect(foldsOf(labels, apart, 5, 1)).toEqual(foldsOf(labels, apart, 5, 1));
    expect(foldsOf(labels, apart, 5, 1)).not.toEqual(foldsOf(labels, apart, 5, 2));
  });

  it('keep what shows the same together, whatever it is labelled as', () => {
    // Threes of neighbours, some of which lie in two classes.
    const groups = Int32Array.from(labels, (_, image) => Math.floor(image / 3));
    const parts = foldsOf(labels, groups, 4, 7);
    for (const image of labels.keys()) expect(parts[image]).toBe(parts[image - (image % 3)]);
    for (const own of counts(parts, 4).slice(0, 2)) expect(Math.max(...own) - Math.min(...own)).toBeLessThanOrEqual(3);
  });
});

import { describe, expect, it } from 'vitest';
import type { DatasetImage } from '../../../src/engine/dataset/dataset.ts';
import { weightsOfClasses } from '../../../src/engine/training/class-weights.ts';
import { expectError } from '../../support/expect-error.ts';

/** So many images of each class, in training unless told otherwise. */
function images(counts: readonly number[], split: DatasetImage['split'] = 'train'): readonly DatasetImage[] {
  return counts.flatMap((count, label) =>
    Array.from({ length: count }, (_, index) => ({
      path: `${label}/${index}.png`,
      split,
      label,
      bytes: 1,
      contentHash: `${label}-${index}`,
    })),
  );
}

const classes = ['ants', 'bees', 'wasps'];

describe('the weights of classes', () => {
  it('are none where none are asked for', () => {
    expect(weightsOfClasses(null, { classes, images: images([1, 2, 3]) })).toBeNull();
  });

  it('balance them by their training images, as scikit-learn does', () => {
    const unbalanced = [...images([10, 5, 15]), ...images([40, 0, 0], 'validation')];
    expect(weightsOfClasses({ kind: 'balanced' }, { classes, images: unbalanced })).toEqual([
      30 / (3 * 10),
      30 / (3 * 5),
      30 / (3 * 15),
    ]);
  });

  it('leave a class without training images out of the balance', () => {
    const lacking = images([10, 0, 30]);
    expect(weightsOfClasses({ kind: 'balanced' }, { classes, images: lacking })).toEqual([2, 1, 40 / 60]);
  });

  it('are those given, and 1 for all others', () => {
    const given = { kind: 'given', weights: { wasps: 3, ants: 0 } } as const;
    expect(weightsOfClasses(given, { classes, images: [] })).toEqual([0, 1, 3]);
  });

  it('name the classes there are where one is not', async () => {
    const given = { kind: 'given', weights: { bees: 1, hornets: 2, flies: 1 } } as const;
    const words = ['(ants, bees, wasps)', "'hornets', 'flies'"];
    await expectError(() => weightsOfClasses(given, { classes, images: [] }), 'usage.invalid', ...words);
    const many = Array.from({ length: 25 }, (_, index) => `class ${index}`);
    await expectError(() => weightsOfClasses(given, { classes: many, images: [] }), 'usage.invalid', 'and 5 more');
  });
});

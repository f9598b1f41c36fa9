import { describe, expect, it } from 'vitest';
import type { DatasetImage } from '../../../src/engine/dataset/dataset.ts';
import { chooseImages } from '../../../src/engine/training/chosen-images.ts';
import type { Dataset } from '../../../src/engine/dataset/open-dataset.ts';
import { expectError } from '../../support/expect-error.ts';

const SPLITS = ['train', 'validation', 'test'] as const;
const SIZES = { train: 20, validation: 4, test: 2 } as const;

function image(split: DatasetImage['split'], label: number, number: number): DatasetImage {
  const path = `${split}/${label}/${number}`;
  return { path, split, label, bytes: 1, contentHash: Buffer.from(path).toString('hex').padEnd(64, '0') };
}

/** Ten classes, sorted by split, then class. */
const dataset: Dataset = {
  root: '/digits',
  classes: [...Array(10).keys()].map(String),
  images: SPLITS.flatMap((split) =>
    [...Array(10).keys()].flatMap((label) => Array.from({ length: SIZES[split] }, (_, at) => image(split, label, at))),
  ),
  skipped: [],
  version: 'v',
};
const ALL = { classes: null, trainingImagesPerClass: null, seed: 1 };

describe('the images that a plan learns', () => {
  it('are those of the dataset where nothing is chosen', () => {
    const { dataset: chosen, leftOut } = chooseImages(dataset, ALL);
    expect(chosen).toBe(dataset);
    expect(leftOut).toBeNull();
  });

  it("are those of the classes that are learnt, numbered anew in the dataset's order, the others counted", () => {
    const { dataset: chosen, numbers, leftOut } = chooseImages(dataset, { ...ALL, classes: ['9', '5', '7'] });
    expect(chosen.classes).toEqual(['5', '7', '9']);
    expect(chosen.images).toHaveLength(3 * 26);
    chosen.images.forEach((own, index) => {
      const before = dataset.images[numbers[index] ?? -1];
      expect(own).toEqual({ ...before, label: own.label });
      expect(chosen.classes[own.label]).toBe(dataset.classes[before?.label ?? -1]);
    });
    expect(leftOut).toBe(
      'Left out: 182 images of 7 classes that are not learnt. 60 images train, 12 validate and 6 test.',
    );
  });

  it.each([
    { wanted: ['5', '1O'], message: "no '1O'", hint: "'1'" },
    { wanted: ['zero-at-last', '5'], message: "no 'zero-at-last'", hint: 'It has 0, 1, 2' },
  ])('name the class that there is not, and the nearest: $wanted', async ({ wanted, message, hint }) => {
    const choose = (): unknown => chooseImages(dataset, { ...ALL, classes: wanted });
    await expectError(choose, 'dataset.classes', message, hint);
  });

  it('are so many training images of each class, drawn by the seed, and all of the others', () => {
    const drawn = (seed: number): Dataset =>
      chooseImages(dataset, { classes: ['5', '6'], trainingImagesPerClass: 5, seed }).dataset;
    const { images } = drawn(1);
    const count = (split: string, label: number): number =>
      images.filter((own) => own.split === split && own.label === label).length;
    expect([count('train', 0), count('train', 1)]).toEqual([5, 5]);
    expect([count('validation', 0), count('test', 1)]).toEqual([4, 2]);
    expect(drawn(1).images).toEqual(images);
    expect(drawn(2).images).not.toEqual(images);
  });

  it('stay drawn when others join the dataset, and are among more that are drawn', () => {
    const pathsOf = (from: Dataset, limit: number): string[] =>
      chooseImages(from, { ...ALL, trainingImagesPerClass: limit })
        .dataset.images.filter(({ split }) => split === 'train')
        .map(({ path }) => path);
    const few = pathsOf(dataset, 5);
    expect(pathsOf(dataset, 8)).toEqual(expect.arrayContaining(few));
    const shuffled = { ...dataset, images: [...dataset.images.slice(7), ...dataset.images.slice(0, 7)] };
    expect(pathsOf(shuffled, 5).toSorted()).toEqual(few.toSorted());
  });
});

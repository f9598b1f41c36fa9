import { expect, test } from 'vitest';
import { balanceOf, countOf, isUneven } from '../../../../../src/renderer/views/dataset/class-balance.ts';
import type { DatasetView } from '../../../../../src/shared/contract/dataset-view.ts';

type Counts = DatasetView['counts'];
type Given = Readonly<Record<string, readonly [train: number, validation: number, test: number]>>;

function dataset(given: Given): Pick<DatasetView, 'classes' | 'counts'> {
  const counts: Counts = { train: 0, validation: 0, test: 0 };
  const classes = Object.entries(given).map(([name, [train, validation, test]]) => {
    counts.train += train;
    counts.validation += validation;
    counts.test += test;
    return { name, counts: { train, validation, test } };
  });
  return { classes, counts };
}

const animals = dataset({ fox: [60, 30, 0], owl: [20, 10, 0] });

test('draws the largest class over the whole bar and the others in proportion', () => {
  const { rows } = balanceOf(animals);
  expect(rows.map(({ shares }) => shares.train + shares.validation)).toEqual([1, 1 / 3]);
  expect(rows[0]?.shares.train).toBeCloseTo(2 / 3);
});

test('knows the splits that hold images, in their order', () => {
  expect(balanceOf(animals).splits).toEqual(['train', 'validation']);
  expect(balanceOf(dataset({ a: [1, 1, 1] })).splits).toEqual(['train', 'validation', 'test']);
});

test.each<{ given: Given; ratio: number | null; uneven: boolean }>([
  { given: { a: [10, 0, 0], b: [10, 0, 0] }, ratio: 1, uneven: false },
  { given: { a: [14, 0, 0], b: [10, 0, 0] }, ratio: 1.4, uneven: false },
  { given: { a: [15, 0, 0], b: [10, 0, 0] }, ratio: 1.5, uneven: true },
  { given: { a: [15, 0, 0], b: [0, 0, 0] }, ratio: null, uneven: true },
  { given: {}, ratio: null, uneven: false },
])('calls $given uneven: $uneven', ({ given, ratio, uneven }) => {
  const balance = balanceOf(dataset(given));
  expect(balance.ratio).toBe(ratio);
  expect(isUneven(balance)).toBe(uneven);
});

test.each([
  { classIndex: null, split: null, count: 120 },
  { classIndex: 0, split: null, count: 90 },
  { classIndex: null, split: 'validation' as const, count: 40 },
  { classIndex: 1, split: 'train' as const, count: 20 },
  { classIndex: 1, split: 'test' as const, count: 0 },
])('counts $count images of class $classIndex in split $split', ({ classIndex, split, count }) => {
  expect(countOf(balanceOf(animals), classIndex, split)).toBe(count);
});

import { expect, it } from 'vitest';
import { classSizes } from '../../../../../../src/renderer/views/dataset/health/class-sizes.ts';

const classOf = (train: number, validation = 0) => ({ name: String(train), counts: { train, validation, test: 0 } });

it.each([
  ['none where there are no classes', [], null],
  ['one bar for each class, the largest first', [classOf(2), classOf(5, 1), classOf(3)], [6, 3, 2]],
  ['one class alone', [classOf(4)], [4]],
])('class sizes are %s', (_, classes, expected) => {
  const sizes = classSizes(classes);
  expect(sizes && [...sizes.bars]).toEqual(expected);
});

it('of many classes show every so many-th one, the largest and the smallest among them', () => {
  const sizes = classSizes(Array.from({ length: 10_000 }, (_, index) => classOf(index + 1)));
  expect(sizes?.bars.length).toBeLessThan(100);
  expect([sizes?.bars[0], sizes?.bars.at(-1), sizes?.largest, sizes?.smallest]).toEqual([10_000, 1, 10_000, 1]);
});

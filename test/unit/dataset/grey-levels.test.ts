import { expect, test } from 'vitest';
import { greyLevels, rangeOf, type Numbers } from '../../../src/engine/dataset/grey-levels.ts';

const cases: readonly (readonly [what: string, values: Numbers, whole: boolean, levels: readonly number[]])[] = [
  ['bytes stay as they are', Uint8Array.of(0, 7, 200), true, [0, 7, 200]],
  ['12 bits kept in 16 become 8', Uint16Array.of(0, 2048, 4095), true, [0, 128, 255]],
  ['16 bits become 8', Uint16Array.of(0, 32_768, 65_535), true, [0, 128, 255]],
  ['small whole numbers are not brightened', Uint16Array.of(0, 100), true, [0, 100]],
  ['signed bytes have their zero in the middle', Int8Array.of(-128, 0, 127), true, [0, 128, 255]],
  ['signed numbers of 13 bits too', Int16Array.of(-1024, 0, 3071), true, [96, 128, 223]],
  ['shares are parts of white', Float32Array.of(0, 0.5, 1), false, [0, 128, 255]],
  ['shares around zero have it in the middle', Float32Array.of(-1, 0, 1), false, [0, 128, 255]],
  ['real levels stay as they are', Float64Array.of(0, 12.4, 255), false, [0, 12, 255]],
  ['other real numbers span their range', Float32Array.of(-500, 0, 500), false, [0, 128, 255]],
  ['what is no number is black and changes no range', Float32Array.of(NaN, 0.5, 1), false, [0, 128, 255]],
  ['infinity is white and changes no range', Float32Array.of(0, Infinity, 1), false, [0, 255, 255]],
  ['one real number alone is black', Float32Array.of(4000, 4000), false, [0, 0]],
];

test.each(cases)('%s', (_, values, whole, levels) => {
  expect([...greyLevels(values, rangeOf(values), whole)]).toEqual(levels);
});

test('numbers without any number have a range all the same', () => {
  expect([...greyLevels(Float32Array.of(NaN), rangeOf(Float32Array.of(NaN)), false)]).toEqual([0]);
});

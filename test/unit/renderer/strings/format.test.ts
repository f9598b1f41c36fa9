import { expect, it } from 'vitest';
import { bytes, count, duration, metric, percent, shape } from '../../../../src/renderer/strings/format.ts';

it.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.0 kB'],
  [40_000_000, '40 MB'],
  [999_600, '1.0 MB'],
  [1_900_000_000, '1.9 GB'],
])('tells %i bytes as %s', (value, text) => {
  expect(bytes(value)).toBe(text);
});

it.each([
  [0.0021, '2 ms'],
  [0.42, '0.4 s'],
  [17.4, '17 s'],
  [59.6, '1 min'],
  [200, '3 min 20 s'],
  [7500, '2 h 5 min'],
])('tells %f seconds as %s', (value, text) => {
  expect(duration(value)).toBe(text);
});

it.each([
  [0, '0'],
  [0.27134, '0.2713'],
  [0.00001234, '1.234e-5'],
  [-1.62, '-1.62'],
])('tells the figure %f as %s', (value, text) => {
  expect(metric(value)).toBe(text);
});

it('tells counts, shares and shapes', () => {
  expect(count(21_802_784)).toBe('21,802,784');
  expect(percent(0.9019)).toBe('90.2 %');
  expect(shape([14, 14, 128])).toBe('14×14×128');
});

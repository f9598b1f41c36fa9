import { describe, expect, it } from 'vitest';
import { channelsFirst, distance, logitsDistance, softmax } from '../../../src/engine/reference/compare.ts';

/** Mean 2.5, deviation sqrt(1.25). */
const VALUES = { data: Float32Array.of(1, 2, 3, 4), shape: [1, 2, 2] };
const SUMMARY = { shape: [1, 2, 2], mean: 2.5, std: Math.sqrt(1.25), first: [1, 2, 3, 4] };
const ALLOWED = 1e-3 * Math.sqrt(1.25) + 1e-4;

describe('an output lies from its summary', () => {
  it.each([
    ['not at all where all are equal', SUMMARY, 0],
    ['once what is allowed', { ...SUMMARY, first: [1, 2, 3 + ALLOWED, 4] }, 1],
    ['by its mean', { ...SUMMARY, mean: 2.5 + 3 * ALLOWED }, 3],
    ['not at all where only sizes of 1 are others', { ...SUMMARY, shape: [2, 2, 1, 1] }, 0],
  ])('%s', (_, summary, expected) => {
    expect(distance(VALUES, summary)).toBeCloseTo(expected, 4);
  });

  it('at no distance where shapes differ', () => {
    expect(distance(VALUES, { ...SUMMARY, shape: [4] })).toBeNaN();
  });

  it('at no distance where a value is no number', () => {
    expect(distance({ ...VALUES, data: Float32Array.of(1, NaN, 3, 4) }, SUMMARY)).toBeNaN();
  });

  it('by its deviation, though mean and first values are the same', () => {
    expect(distance(VALUES, { ...SUMMARY, std: 2 })).toBeGreaterThan(1);
  });
});

it('logits are compared image by image, as far as they are listed', () => {
  const logits = { data: Float32Array.of(1, 2, 3, 4), shape: [2, 2] };
  const output = { shape: [2, 2], mean: 2.5, std: 1, first: [], logits: [[1], [3]] };
  expect(logitsDistance(logits, output)).toBe(0);
  expect(logitsDistance(logits, { ...output, logits: [[1], [3.0033]] })).toBeCloseTo(3, 1);
});

it("PyTorch's order has all pixels of a channel together", () => {
  const data = Float32Array.from({ length: 12 }, (_, index) => index);
  const { data: ordered, shape } = channelsFirst({ data, shape: [2, 1, 2, 3] });
  expect(shape).toEqual([2, 3, 1, 2]);
  expect([...ordered]).toEqual([0, 3, 1, 4, 2, 5, 6, 9, 7, 10, 8, 11]);
});

it('logits become probabilities, row by row, however large they are', () => {
  const { data, shape } = softmax({ data: Float32Array.of(0, Math.log(3), 1e6, 1e6), shape: [2, 1, 1, 2] });
  expect([...data].map((value) => value.toFixed(6))).toEqual(['0.250000', '0.750000', '0.500000', '0.500000']);
  expect(shape).toEqual([2, 1, 1, 2]);
});

import { describe, expect, it } from 'vitest';
import { describeValues, driftOf } from '../../../src/engine/service/inspect-layer-values.ts';

describe('statistics of a tensor', () => {
  it('are those of its values, the histogram over 64 equal bins', () => {
    const values = Float32Array.from({ length: 640 }, (_, index) => index);
    const { mean, standardDeviation, minimum, maximum, histogram, first } = describeValues(values);
    expect({ mean, minimum, maximum }).toEqual({ mean: 319.5, minimum: 0, maximum: 639 });
    expect(standardDeviation).toBeCloseTo(Math.sqrt((640 ** 2 - 1) / 12), 6);
    expect([...histogram].every((count) => count >= 9 && count <= 11)).toBe(true);
    expect(first).toEqual(values.slice(0, 64));
  });

  it.each([
    ['all alike', [3, 3, 3], { mean: 3, standardDeviation: 0, minimum: 3, maximum: 3 }],
    ['with some that are no numbers', [1, NaN, 3, Infinity], { mean: 2, standardDeviation: 1, minimum: 1, maximum: 3 }],
    ['without any number', [NaN, -Infinity], { mean: 0, standardDeviation: 0, minimum: 0, maximum: 0 }],
    ['of none', [], { mean: 0, standardDeviation: 0, minimum: 0, maximum: 0 }],
  ])('of values %s', (_, values, expected) => {
    const found = describeValues(Float32Array.from(values));
    expect(found).toMatchObject(expected);
    expect(found.histogram.reduce((sum, count) => sum + count, 0)).toBe(values.filter(Number.isFinite).length);
  });

  it('takes 100 ms of computing at most for the largest tensor of InceptionV3', () => {
    const values = Float32Array.from({ length: 3 * 3 * 448 * 384 }, (_, index) => Math.sin(index));
    describeValues(values);
    const before = process.cpuUsage();
    describeValues(values);
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(100);
  });
});

describe('drift', () => {
  it.each([
    ['of what stayed', [3, 4], [3, 4], 0],
    ['of what moved by its own length', [3, 4], [6, 8], 1],
    ['of what moved by a tenth', [3, 4], [3.5, 4], 0.1],
    ['of zeros that stayed', [0, 0], [0, 0], 0],
    ['of zeros that moved', [0, 0], [1, 0], null],
    ['of what left the numbers', [1, 1], [NaN, 1], null],
  ])('%s', (_, before, after, expected) => {
    expect(driftOf(Float32Array.from(before), Float32Array.from(after))).toBe(expected);
  });
});

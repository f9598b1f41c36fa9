import { describe, expect, it } from 'vitest';
import { compare, quantile, type Comparison } from '../../../bench/statistics.ts';

const seconds: Comparison = {
  name: 'features-cold/keras-3',
  unit: 's',
  better: 'lower',
  thaw: [4, 5, 6, 4, 5],
  peer: [10, 10, 9, 12, 10],
  peerName: 'Keras',
};

describe('quantiles', () => {
  it.each([
    [[3, 1, 2], 0.5, 2],
    [[4, 1, 2, 3], 0.5, 2.5],
    [[1, 2, 3, 4, 5], 0.25, 2],
    [[7], 0.75, 7],
  ])('of %j at %d is %d', (values, share, expected) => {
    expect(quantile(values, share)).toBe(expected);
  });

  it('need a value', () => {
    expect(() => quantile([], 0.5)).toThrow(TypeError);
  });
});

describe('a comparison', () => {
  it('gives medians, their ratio, and the same interval around it each time', () => {
    const result = compare(seconds);
    expect(result).toMatchObject({ thaw: 5, peer: 10, ratio: 2, runs: 5 });
    expect(result.ratioSpread).toEqual(compare(seconds).ratioSpread);
    const [low, high] = result.ratioSpread ?? [NaN, NaN];
    expect(low).toBeGreaterThan(1.5);
    expect(low).toBeLessThanOrEqual(2);
    expect(high).toBeGreaterThanOrEqual(2);
    expect(high).toBeLessThan(3);
  });

  it('has no spread where every round is alike', () => {
    expect(compare({ ...seconds, thaw: [4, 4, 4, 4, 4], peer: [8, 8, 8, 8, 8] }).ratioSpread).toEqual([2, 2]);
  });

  it('pairs the sides of a round, so that a slow machine does not widen the interval', () => {
    expect(compare({ ...seconds, thaw: [1, 2, 3, 8, 9], peer: [2, 4, 6, 16, 18] }).ratioSpread).toEqual([2, 2]);
  });

  it('counts more as better where it is', () => {
    expect(compare({ ...seconds, unit: 'images/s', better: 'higher' })).toMatchObject({ ratio: 0.5 });
  });

  it.each([
    ['its interval lies above', 1.5, true],
    ['its interval reaches it', 2.1, true],
    ['its interval stays below', 3.1, false],
  ])('meets a target on the ratio or not: %s', (_, value, met) => {
    expect(compare({ ...seconds, target: { of: 'ratio', value } })).toMatchObject({ met, targetOf: 'ratio' });
  });

  it.each([
    ['lower', 5, true],
    ['lower', 4.9, false],
    ['higher', 5, true],
    ['higher', 5.1, false],
  ] as const)('holds our own median, where %s is better, against %d: %s', (better, value, met) => {
    expect(compare({ ...seconds, better, target: { of: 'thaw', value } })).toMatchObject({ met, target: value });
  });

  it('leaves an absent peer absent, and its target open', () => {
    const alone = compare({ ...seconds, peer: null, target: { of: 'ratio', value: 1 } });
    expect(alone).toMatchObject({ thaw: 5, peer: null, ratio: null, ratioSpread: null, met: null });
  });
});

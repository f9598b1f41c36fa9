import { describe, expect, it } from 'vitest';
import { judgedSelfTest, tellsApart } from '../../../src/engine/export/judged-self-test.ts';

const expected = Float32Array.of(0.25, 0.75, 0.5, 0.5);
const judgedWithin = (allowed: number, probabilities: Float32Array | null): ReturnType<typeof judgedSelfTest> =>
  judgedSelfTest('pb', { references: 2 }, { runtime: 'A runtime', probabilities }, expected, allowed);
const judge = (...found: readonly number[]): ReturnType<typeof judgedSelfTest> =>
  judgedWithin(1e-4, Float32Array.of(...found));

describe('the self-test of an export', () => {
  it.each([
    ['equal probabilities', [0.25, 0.75, 0.5, 0.5], 0],
    ['a difference that rounding makes', [0.25, 0.75, 0.50005, 0.49995], 5e-5],
  ])('passes on %s, and tells the largest difference', (_, found, difference) => {
    const judged = judge(...found);
    expect(judged).toMatchObject({ runtime: 'A runtime', references: 2, allowed: 1e-4 });
    expect(judged.difference).toBeCloseTo(difference, 6);
  });

  it.each([
    ['one probability that differs by more than 1e-4', [0.25, 0.75, 0.5002, 0.4998]],
    ['classes in another order', [0.75, 0.25, 0.5, 0.5]],
    ['what is no number', [0.25, 0.75, NaN, 0.5]],
    ['an output of another size', [0.25, 0.75]],
  ])('refuses %s', (_, found) => {
    expect(() => judge(...found)).toThrow(expect.objectContaining({ code: 'export.differs' }));
  });

  it('allows as much as it is told', () => {
    const rounded = Float32Array.of(0.255, 0.745, 0.5, 0.5);
    expect(judgedWithin(1e-2, rounded)).toMatchObject({ allowed: 1e-2 });
    expect(() => judgedWithin(1e-3, rounded)).toThrow(expect.objectContaining({ code: 'export.differs' }));
  });

  it('tells no difference where no runtime of Node could load it', () => {
    expect(judgedWithin(1e-4, null).difference).toBeNull();
  });
});

describe('a model that is tested', () => {
  it.each([
    ['the same of every image', [0.25, 0.75, 0.251, 0.749], false],
    ['otherwise of some', [0.25, 0.75, 0.5, 0.5], true],
  ])('predicts %s', (_, probabilities, apart) => {
    expect(tellsApart(Float32Array.from(probabilities), 2)).toBe(apart);
  });
});

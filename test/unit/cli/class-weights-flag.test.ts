import { describe, expect, it } from 'vitest';
import { classWeights } from '../../../src/cli/commands/class-weights-flag.ts';

describe('--class-weights', () => {
  it.each([
    ['ants=2', { ants: 2 }],
    ['ants=2,bees=0.5', { ants: 2, bees: 0.5 }],
    ['ants=2, bees=1e-3', { ants: 2, bees: 0.001 }],
    ['small, red=2,a=b=0', { 'small, red': 2, 'a=b': 0 }],
    ['__proto__=2', Object.fromEntries([['__proto__', 2]])],
  ])('gives classes their numbers: %s', (text, weights) => {
    expect(classWeights(text)).toEqual({ kind: 'given', weights });
  });

  it('balances', () => {
    expect(classWeights('balanced')).toEqual({ kind: 'balanced' });
  });

  it.each(['', 'ants', '=2', 'ants=', 'ants=2,', 'ants=2,bees', 'ants=two', 'ants=-1'])('refuses %j', (text) => {
    expect(() => classWeights(text)).toThrow('It must be');
  });
});

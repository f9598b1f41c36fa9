import { describe, expect, it } from 'vitest';
import { fitPrices, type Measurement, type Trust } from '../../../src/engine/cost/fit.ts';

type Kind = 'arithmetic' | 'memory' | 'steps';
const DEFAULTS = { arithmetic: 1e-10, memory: 1e-9, steps: 1e-4 };
const TRUST: Trust = { noise: 0.1, machine: 0.8, price: 0.5 };

const AMOUNTS: readonly Record<Kind, number>[] = [
  { arithmetic: 1e10, memory: 1e8, steps: 10 },
  { arithmetic: 1e9, memory: 2e9, steps: 10 },
  { arithmetic: 1e8, memory: 1e7, steps: 5000 },
  { arithmetic: 5e9, memory: 1e9, steps: 100 },
  { arithmetic: 2e9, memory: 5e8, steps: 1000 },
];

function cost(amounts: Record<Kind, number>, prices: Record<Kind, number>): number {
  return amounts.arithmetic * prices.arithmetic + amounts.memory * prices.memory + amounts.steps * prices.steps;
}

function measuredAt(prices: Record<Kind, number>, changes: readonly number[] = []): Measurement<Kind>[] {
  return AMOUNTS.map((amounts, index) => ({ amounts, measured: cost(amounts, prices) * (changes[index] ?? 1) }));
}

function worst(fitted: Record<Kind, number>, prices: Record<Kind, number>): number {
  return Math.max(...AMOUNTS.map((amounts) => Math.abs(cost(amounts, fitted) / cost(amounts, prices) - 1)));
}

describe('fitted prices', () => {
  it('are those given where nothing was measured, or nothing that can be', () => {
    expect(fitPrices(DEFAULTS, [], TRUST)).toEqual(DEFAULTS);
    const broken = [NaN, 0, -1, Infinity].map((measured) => ({ amounts: AMOUNTS[0] ?? DEFAULTS, measured }));
    expect(fitPrices(DEFAULTS, broken, TRUST)).toEqual(DEFAULTS);
  });

  it.each([
    ['as fast as was thought', { arithmetic: 1e-10, memory: 1e-9, steps: 1e-4 }],
    ['four times as fast', { arithmetic: 0.25e-10, memory: 0.25e-9, steps: 0.25e-4 }],
    ['three times as slow', { arithmetic: 3e-10, memory: 3e-9, steps: 3e-4 }],
    ['fast at arithmetic, slow at memory', { arithmetic: 0.5e-10, memory: 2e-9, steps: 1e-4 }],
  ])('foretell a machine that is %s', (_, prices) => {
    expect(worst(fitPrices(DEFAULTS, measuredAt(prices), TRUST), prices)).toBeLessThan(0.08);
  });

  it.each([
    ['ten times too slow', 10],
    ['ten times too fast', 0.1],
    ['a thousand times too slow', 1000],
  ])('are not led astray by one odd run, %s', (_, factor) => {
    const twice = { arithmetic: 2e-10, memory: 2e-9, steps: 2e-4 };
    for (let odd = 0; odd < AMOUNTS.length; odd += 1) {
      const changes = AMOUNTS.map((__, index) => (index === odd ? factor : 1));
      expect(worst(fitPrices(DEFAULTS, measuredAt(twice, changes), TRUST), twice)).toBeLessThan(0.4);
    }
  });

  it('believe one run alone no more than by half', () => {
    const [amounts = DEFAULTS] = AMOUNTS;
    const once = fitPrices(DEFAULTS, [{ amounts, measured: 8 * cost(amounts, DEFAULTS) }], TRUST);
    const change = cost(amounts, once) / cost(amounts, DEFAULTS);
    expect(change).toBeGreaterThan(1.5);
    expect(change).toBeLessThan(8);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RateSearch, TriedRate } from '../../../../src/shared/contract/finders.ts';
import { longestFall, suggestRates } from '../../../../src/engine/training/finder/suggest-rates.ts';

const STEPS = 100;

/** A curve over rates from 1e-6 to 10, by the decimal logarithm of the rate. */
function curve(lossAt: (exponent: number) => number, steps = STEPS): TriedRate[] {
  return Array.from({ length: steps }, (_, step) => {
    const exponent = -6 + (7 * step) / (steps - 1);
    const loss = lossAt(exponent);
    return { rate: 10 ** exponent, loss, smoothed: loss };
  });
}

/** Flat to 1e-4, from there down to 1e-1, then up steeply: at its steepest halfway down. */
function usual(exponent: number): number {
  if (exponent <= -4) return 2;
  if (exponent <= -1) return 1.25 + 0.75 * Math.cos((Math.PI * (exponent + 4)) / 3);
  return 0.5 + 4 * (exponent + 1) ** 2;
}

function found(points: TriedRate[], end: RateSearch['end'] = 'rose') {
  const { suggestions, doubt } = suggestRates({ points, end });
  return { doubt, rates: Object.fromEntries(suggestions.map(({ rule, rate }) => [rule, rate])) };
}

describe('the suggestions of a search for a learning rate', () => {
  it('name the middle of the fall, where it is steepest, and a tenth of where the loss is least', () => {
    const { doubt, rates } = found(curve(usual));
    expect(doubt).toBeNull();
    expect(Object.keys(rates)).toEqual(['valley', 'steepest', 'leastTenth']);
    // The grid has 14 rates to a power of ten.
    expect(Math.log10(rates['valley'] ?? NaN)).toBeCloseTo(-2.5, 0.4);
    expect(Math.log10(rates['steepest'] ?? NaN)).toBeCloseTo(-2.5, 0.4);
    expect(Math.log10(rates['leastTenth'] ?? NaN)).toBeCloseTo(-2, 0.4);
  });

  it('follow the curve along the rates', () => {
    const [one, other] = [found(curve(usual)).rates, found(curve((exponent) => usual(exponent + 1))).rates];
    for (const rule of ['valley', 'steepest', 'leastTenth']) {
      expect(Math.log10((one[rule] ?? NaN) / (other[rule] ?? NaN))).toBeCloseTo(1, 0.4);
    }
  });

  it('do not depend on what the first tenth of the losses was, which the average has not settled upon', () => {
    const points = curve(usual);
    const wild = points.map((point, index) => (index < 9 ? { ...point, smoothed: index % 2 === 0 ? 0.01 : 9 } : point));
    expect(found(wild).rates).toEqual(found(points).rates);
  });

  it.each([
    ['a flat curve', curve(() => 0.7), 'rates', 'little left to learn'],
    ['a curve that only rises', curve((exponent) => 2 ** exponent), 'rose', 'a lower rate'],
    ['a search that diverged at once', curve(usual).slice(0, 8), 'diverged', 'over 8 rates'],
    ['a search without a single loss', [], 'diverged', 'over 0 rates'],
  ] as const)('are none of %s, and why is said', (_, points, end, why) => {
    const { doubt, rates } = found([...points], end);
    expect(rates).toEqual({});
    expect(doubt).toContain(why);
  });

  it('come with a doubt where the loss was still falling at the end', () => {
    const { doubt, rates } = found(
      curve((exponent) => 2 - (exponent + 6) / 7),
      'rates',
    );
    expect(Object.keys(rates)).toContain('valley');
    expect(doubt).toContain('still falling');
  });

  it('are rates that were tried, or a tenth of one, as two figures', () => {
    for (const { rate } of suggestRates({ points: curve(usual), end: 'rose' }).suggestions) {
      expect(rate).toBe(Number(rate.toPrecision(2)));
      expect(rate).toBeGreaterThan(1e-7);
      expect(rate).toBeLessThan(10);
    }
  });
});

/** By trying all subsets. */
function longestByForce(losses: readonly number[]): number {
  let most = 0;
  for (let set = 0; set < 2 ** losses.length; set++) {
    const taken = losses.filter((_, place) => (set >> place) % 2 === 1);
    if (taken.every((loss, place) => place === 0 || loss < (taken[place - 1] ?? NaN))) {
      most = Math.max(most, taken.length);
    }
  }
  return most;
}

describe('the longest fall', () => {
  it('falls, goes forward, and is as long as any', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 9 }), (losses) => {
        const places = longestFall(losses);
        places.forEach((place, index) => {
          if (index === 0) return;
          const before = places[index - 1] ?? NaN;
          expect(place).toBeGreaterThan(before);
          expect(losses[place]).toBeLessThan(losses[before] ?? NaN);
        });
        expect(places.length).toBe(longestByForce(losses));
      }),
    );
  });
});

import { describe, expect, it } from 'vitest';
import { MOST_SWEPT } from '../../../src/shared/contract/queue.ts';
import { combinations, sweepName, sweptPlan, withRateAndSeed } from '../../../src/engine/service/sweep.ts';
import { expectError } from '../../support/expect-error.ts';
import { samplePlan } from '../../support/training-plan.ts';

describe('a sweep', () => {
  it('combines each value with each of the others, doubles once, seeds side by side', () => {
    expect(combinations({ seed: [1, 2, 1], learningRate: [0.1, 0.01], strategy: ['features', 'finetune'] })).toEqual(
      (['features', 'finetune'] as const).flatMap((strategy) =>
        [0.1, 0.01].flatMap((learningRate) => [1, 2].map((seed) => ({ strategy, learningRate, seed }))),
      ),
    );
  });

  it.each([
    { values: {}, found: 'received none' },
    {
      values: { seed: Array.from({ length: MOST_SWEPT }, (_, seed) => seed), learningRate: [0.1, 0.2] },
      found: `make ${2 * MOST_SWEPT}`,
    },
  ])('is refused where it is nothing or too much: $found', async ({ values, found }) => {
    await expectError(() => combinations(values), 'usage.invalid', found);
  });

  it('keeps all of the plan but what is swept', () => {
    const plan = { epochs: 7, optimizer: { kind: 'adam', beta1: 0.8 }, seed: 3 } as const;
    expect(sweptPlan(plan, { learningRate: 0.5, strategy: 'finetune', seed: 9 })).toEqual({
      epochs: 7,
      optimizer: { kind: 'adam', beta1: 0.8, learningRate: 0.5 },
      strategy: 'finetune',
      seed: 9,
    });
  });

  it.each([
    { boundary: 'block_12', pattern: 'from:block_12' },
    { boundary: 'last:4', pattern: 'last:4' },
    { boundary: 'from:conv1', pattern: 'from:conv1' },
  ])("lets all train from $boundary, beneath the plan's own rules", ({ boundary, pattern }) => {
    const own = { action: 'freezeStatistics', pattern: '/bn/' } as const;
    expect(sweptPlan({ rules: [own] }, { boundary }).rules).toEqual([
      { action: 'freeze', pattern: '/./' },
      { action: 'thaw', pattern },
      own,
    ]);
  });

  it('gives a complete plan the rate and the seed of a combination, or leaves it its own', () => {
    const plan = samplePlan({ seed: 4 });
    expect(withRateAndSeed(plan, { strategy: 'finetune' })).toEqual(plan);
    expect(withRateAndSeed(plan, { learningRate: 0.7, seed: 0 })).toEqual({
      ...plan,
      optimizer: { ...plan.optimizer, learningRate: 0.7 },
      seed: 0,
    });
  });

  it('is called by what it goes through', () => {
    expect(sweepName({ seed: [1, 2, 2], boundary: ['a', 'b', 'c'] })).toBe('Sweep: boundary ×3, seed ×2');
  });
});

import { describe, expect, it } from 'vitest';
import type { FreezeRule } from '../../../src/shared/contract/plan.ts';
import { MOST_SWEPT, type SweepValues } from '../../../src/shared/contract/queue.ts';
import { completePlan } from '../../../src/engine/service/default-plan.ts';
import { assertSwept, combinations, sweepName, sweptPlan, withSeed } from '../../../src/engine/service/sweep.ts';
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

  it('gives a complete plan the seed of a combination, or leaves it its own', () => {
    const plan = samplePlan({ seed: 4 });
    expect(withSeed(plan, { strategy: 'finetune' })).toEqual(plan);
    expect(withSeed(plan, { learningRate: 0.7, seed: 0 })).toEqual({ ...plan, seed: 0 });
  });

  it('gives each stage of a plan the rate that it is at', () => {
    const stages = [{ name: 'head' }, { name: 'all', strategy: 'finetune' as const }];
    const rates = [0.1, 0.02].map((learningRate) =>
      completePlan({ stages, optimizer: sweptPlan({ stages }, { learningRate }).optimizer }),
    );
    expect(rates.map((plan) => plan.stages.map(({ learningRate }) => learningRate))).toEqual([
      [0.1, 0.1],
      [0.02, 0.02],
    ]);
  });

  it.each([
    {
      values: { learningRate: [0.1, 0.2] },
      own: { learningRate: 0.01 },
      found: "'last' has a learning rate of its own",
    },
    { values: { strategy: ['finetune'] }, own: { strategy: 'features' }, found: "'last' has a strategy of its own" },
    { values: { boundary: ['last:2'] }, own: { rules: [] as FreezeRule[] }, found: "'last' has rules of its own" },
  ] as const)('is refused where a stage would not follow it: $found', async ({ values, own, found }) => {
    const stages = [{ name: 'head' }, { name: 'last', ...own }];
    const swept = JSON.parse(JSON.stringify(values)) as SweepValues;
    await expectError(() => assertSwept({ stages }, swept), 'usage.invalid', found);
    expect(() => assertSwept({ stages: [{ name: 'head' }] }, swept)).not.toThrow();
    expect(() => assertSwept({ stages }, { seed: [1, 2] })).not.toThrow();
  });

  it('is called by what it goes through', () => {
    expect(sweepName({ seed: [1, 2, 2], boundary: ['a', 'b', 'c'] })).toBe('Sweep: boundary ×3, seed ×2');
  });
});

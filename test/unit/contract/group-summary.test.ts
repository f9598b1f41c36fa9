import { describe, expect, it } from 'vitest';
import type { GroupPoint } from '../../../src/shared/contract/group-results.ts';
import { categorySummaries, transferVerdict } from '../../../src/shared/contract/group-summary.ts';

type Reached = Readonly<Record<string, readonly (number | null)[]>>;

function summaries(reached: Reached): ReturnType<typeof categorySummaries> {
  const points = Object.entries(reached).flatMap(([category, values]) =>
    values.map((valAccuracy, seed): GroupPoint => ({
      runId: `${category}-${seed}`,
      name: category,
      category,
      seed,
      status: valAccuracy === null ? 'queued' : 'finished',
      valAccuracy,
      seconds: valAccuracy === null ? null : 10 * (seed + 1),
    })),
  );
  return categorySummaries({ categories: Object.keys(reached), points });
}

describe('the runs of a category', () => {
  it('are summed up by those that have come to something', () => {
    expect(summaries({ features: [0.5, 1, null], scratch: [null] })).toEqual([
      { category: 'features', runs: 2, mean: 0.75, least: 0.5, greatest: 1, seconds: 15 },
      { category: 'scratch', runs: 0, mean: null, least: null, greatest: null, seconds: null },
    ]);
  });
});

describe('the verdict on transfer', () => {
  it.each<[string, Reached, object | null]>([
    [
      'that it wins clearly',
      { features: [0.75], finetune: [0.875, 1], scratch: [0.5] },
      { gain: 0.4375, clear: true, transfer: { category: 'finetune' } },
    ],
    ['that it wins on average', { features: [0.5, 1], scratch: [0.625, 0.625] }, { gain: 0.125, clear: false }],
    ['that it loses', { features: [0.5], scratch: [0.75] }, { gain: -0.25, clear: true }],
    ['nothing before both were tried', { features: [0.5], scratch: [null] }, null],
    ['nothing of what is no strategy', { block_1: [0.5], block_2: [0.75] }, null],
  ])('says %s', (_, reached, verdict) => {
    const found = transferVerdict(summaries(reached));
    if (verdict === null) expect(found).toBeNull();
    else expect(found).toMatchObject(verdict);
  });
});

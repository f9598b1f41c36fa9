import { beforeEach, describe, expect, it } from 'vitest';
import { readGroupResults } from '../../../src/engine/experiment/group-results.ts';
import { openLog, type Log } from '../../../src/engine/experiment/log.ts';
import { enqueueSweep } from '../../../src/engine/experiment/queue.ts';
import { editRuns } from '../../../src/engine/experiment/run-edits.ts';
import { groupResults, type GroupAxis } from '../../../src/shared/contract/group-results.ts';
import type { FreezeRule, TrainingPlan } from '../../../src/shared/contract/plan.ts';
import { expectError } from '../../support/expect-error.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { samplePlan } from '../../support/training-plan.ts';

let log: Log;
beforeEach(() => {
  log = openLog(temporaryFolder());
  return () => log.close();
});

function group(name: string, plans: readonly Partial<TrainingPlan>[]): string {
  const runs = plans.map((changes) => ({ plan: samplePlan(changes), origin: null }));
  return enqueueSweep(log, runs, { name, sweep: {} }).groupId;
}

const from = (boundary: string): FreezeRule[] => [
  { action: 'freeze', pattern: '/./' },
  { action: 'thaw', pattern: boundary },
];
const rate = (learningRate: number): Partial<TrainingPlan> => ({
  optimizer: { kind: 'sgd', learningRate, momentum: 0, nesterov: false },
});

describe('what became of a group', () => {
  it.each<[GroupAxis, readonly Partial<TrainingPlan>[], readonly string[]]>([
    [
      'strategy',
      [{ strategy: 'features' }, { strategy: 'finetune', rules: from('from:a') }, { strategy: 'features', seed: 2 }],
      ['features', 'finetune'],
    ],
    [
      'boundary',
      [{ rules: from('from:b') }, { rules: from('last:4') }, { rules: from('from:b'), seed: 2 }],
      ['b', 'last:4'],
    ],
    ['learningRate', [rate(0.1), rate(0.001), rate(0.01)], ['0.001', '0.01', '0.1']],
  ])('is told by %s where that is what its runs differ in', (axis, plans, categories) => {
    const found = groupResults.parse(readGroupResults(log, group('a group', plans)));
    expect(found).toMatchObject({ axis, categories, group: { name: 'a group' } });
    expect(found.points.map(({ seed }) => seed)).toEqual(plans.map(({ seed = 42 }) => seed));
  });

  it.each<[string, readonly Partial<TrainingPlan>[]]>([
    ['some of them have no boundary', [{ rules: from('from:a') }, {}]],
    ['nothing differs but seeds', [{ seed: 1 }, { seed: 2 }]],
    [
      'runs of one strategy differ in more than seeds',
      [{ strategy: 'scratch' }, { strategy: 'finetune', reuse: 'a' }, { strategy: 'finetune', reuse: 'b' }],
    ],
    ['strategies saw other classes', [{ strategy: 'features' }, { strategy: 'scratch', classes: ['a', 'b'] }]],
    [
      'strategies saw another number of images',
      [{ strategy: 'features' }, { strategy: 'scratch', trainingImagesPerClass: 5 }],
    ],
    ['boundaries are of other networks', [{ rules: from('from:b') }, { rules: from('from:c'), network: 'another' }]],
    ['rates are of other batches', [rate(0.1), { ...rate(0.01), batchSize: 3 }]],
    [
      'rates are of other optimizers',
      [rate(0.1), { optimizer: { kind: 'adagrad', learningRate: 0.01, initialAccumulator: 0.1, epsilon: 1e-7 } }],
    ],
  ])('is told run by run where %s', (_, plans) => {
    const { axis, categories, points } = readGroupResults(log, group('others', plans));
    expect(axis).toBe('run');
    expect(categories).toHaveLength(plans.length);
    expect(categories).toEqual(points.map(({ category }) => category));
  });

  it('is told by strategy where all else that differs is what a strategy brings along', () => {
    const scratch = { strategy: 'scratch', weights: { kind: 'none' }, epochs: 9, dropout: 0, ...rate(0.5) } as const;
    const { axis } = readGroupResults(log, group('brought along', [{ strategy: 'features', ...rate(0.1) }, scratch]));
    expect(axis).toBe('strategy');
  });

  it('is told by the names of runs, and by the ids of those that are called alike', () => {
    const plans = [{}, { batchSize: 3 }, { batchSize: 5 }];
    const { points } = readGroupResults(log, group('named', plans));
    const [first = '', second = '', third = ''] = points.map(({ runId }) => runId);
    editRuns(log, { runIds: [first], change: { name: 'few images' } });
    expect(readGroupResults(log, 'named').categories).toEqual(['few images', second, third]);
  });

  it('is that of the newest of its name', () => {
    group('twice', [{ seed: 1 }]);
    const newest = group('twice', [{ seed: 2 }]);
    expect(readGroupResults(log, 'twice').group.id).toBe(newest);
  });

  it('is refused for a name that no group has', async () => {
    await expectError(() => readGroupResults(log, 'nobody'), 'usage.noMatch', "none is called 'nobody'");
  });
});

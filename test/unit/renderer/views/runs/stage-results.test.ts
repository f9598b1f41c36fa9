import { describe, expect, it } from 'vitest';
import { stageResults } from '../../../../../src/renderer/views/runs/page/stage-results.ts';
import type { TrainingStage } from '../../../../../src/shared/contract/plan.ts';
import type { RunDetail, RunStage } from '../../../../../src/shared/contract/run.ts';
import { epochMetrics } from '../../../../support/epoch-metrics.ts';
import { finishedRun } from '../../../../support/run-detail.ts';
import { samplePlan } from '../../../../support/training-plan.ts';

const stage = (name: string, changes: Partial<TrainingStage> = {}): TrainingStage => ({
  name,
  strategy: 'features',
  rules: [],
  epochs: 2,
  learningRate: 0.01,
  learningRateRules: [],
  schedule: { kind: 'constant' },
  warmupEpochs: 0,
  earlyStopping: null,
  begins: 'best',
  ...changes,
});
const begun = (place: number, bestEpoch: number, changes: Partial<RunStage> = {}): RunStage => ({
  stage: place,
  name: `stage ${place + 1}`,
  firstEpoch: 2 * place + 1,
  lastEpoch: 2 * place + 2,
  bestEpoch,
  ending: 'finished',
  parameters: { trainable: 1, frozen: 1 },
  layers: [],
  proof: [],
  ...changes,
});

/** A run of two stages of two epochs, with these validation accuracies and losses. */
function run(
  validated: readonly (readonly [accuracy: number, loss: number])[],
  bests: readonly [number, number],
  second: Partial<TrainingStage> = {},
  baseline: RunDetail['result']['baseline'] = null,
): RunDetail {
  const detail = finishedRun({
    plan: samplePlan({ stages: [stage('a'), stage('b', second), stage('c')] }),
    stages: [begun(0, bests[0]), begun(1, bests[1])],
  });
  const history = validated.map(([val_accuracy, val_loss], index) => ({
    ...epochMetrics(index + 1),
    val_accuracy,
    val_loss,
  }));
  return { ...detail, result: { ...detail.result, history, baseline, bestEpoch: 2 } };
}

const told = (detail: RunDetail): readonly boolean[] => stageResults(detail).map(({ noBetter }) => noBetter);
const better: readonly (readonly [number, number])[] = [
  [0.5, 1],
  [0.6, 0.9],
  [0.7, 0.8],
  [0.8, 0.7],
];
const worse: readonly (readonly [number, number])[] = [
  [0.5, 1],
  [0.6, 0.9],
  [0.6, 0.95],
  [0.4, 0.5],
];

describe('what came of the stages of a run', () => {
  it.each<[string, RunDetail, readonly boolean[]]>([
    ['each became better', run(better, [2, 4]), [false, false, false]],
    ['the second never became better', run(worse, [2, 3]), [false, true, false]],
    [
      'the second became better by what it watches',
      run(worse, [2, 4], { earlyStopping: { monitor: 'val_loss', patience: 1 } }),
      [false, false, false],
    ],
    [
      'none is as good as what was there before',
      run(better, [2, 4], {}, { val_accuracy: 0.9, val_loss: 0.1, withoutHead: null }),
      [true, true, false],
    ],
  ])('says so where %s', (_, detail, expected) => {
    expect(told(detail)).toEqual(expected);
  });

  it('leaves one that has not ended to become better', () => {
    const detail = run(worse, [2, 3]);
    expect(told({ ...detail, stages: [begun(0, 2), begun(1, 3, { ending: null })] })).toEqual([false, false, false]);
  });

  it('has those that never began, and marks the best of all', () => {
    const results = stageResults(run(worse, [2, 3]));
    expect(results.map(({ begun: own }) => own !== null)).toEqual([true, true, false]);
    expect(results.map(({ isBest }) => isBest)).toEqual([true, false, false]);
  });
});

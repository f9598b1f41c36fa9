import { describe, expect, it } from 'vitest';
import { compareRuns } from '../../../../src/engine/experiment/compare/compare-runs.ts';
import { readEvaluation, writeEvaluation } from '../../../../src/engine/experiment/evaluations.ts';
import { openLog } from '../../../../src/engine/experiment/log.ts';
import { runComparison } from '../../../../src/shared/contract/compare.ts';
import { runEvaluations } from '../../../../src/shared/contract/evaluation.ts';
import { epochMetrics } from '../../../support/epoch-metrics.ts';
import { expectError } from '../../../support/expect-error.ts';
import { logFinishedRun } from '../../../support/logged-run.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const log = openLog(temporaryFolder());

function evaluated(runId: string, step = 8): readonly string[] {
  return writeEvaluation(log, runId, {
    split: 'validation',
    epoch: 2,
    step,
    images: 4,
    accuracy: 0.75,
    loss: 0.5,
    path: `evaluation/validation-${step}.npz`,
    confusion: [
      { label: 0, predicted: 0, images: 2 },
      { label: 0, predicted: 1, images: 1 },
      { label: 1, predicted: 1, images: 1 },
    ],
  });
}

describe('what a run made of a split', () => {
  it('is kept with what each class came to', () => {
    const runId = logFinishedRun(log);
    expect(readEvaluation(log, runId, 'validation')).toEqual({ splits: [], evaluation: null });
    evaluated(runId);
    const read = runEvaluations.parse(readEvaluation(log, runId, 'validation'));
    expect(read.splits).toEqual(['validation']);
    expect(read.evaluation).toMatchObject({ epoch: 2, step: 8, images: 4, accuracy: 0.75, loss: 0.5 });
    expect(read.evaluation?.classes).toEqual([
      { name: 'ants', images: 3, predicted: 2, correct: 2, precision: 1, recall: 2 / 3, f1: 0.8 },
      { name: '蜜蜂 🐝', images: 1, predicted: 2, correct: 1, precision: 0.5, recall: 1, f1: 2 / 3 },
    ]);
    expect(readEvaluation(log, runId, 'test')).toEqual({ splits: ['validation'], evaluation: null });
  });

  it('takes the place of what it made of it before, and says whose files that leaves', () => {
    const runId = logFinishedRun(log);
    expect(evaluated(runId, 8)).toEqual([]);
    expect(evaluated(runId, 8)).toEqual([]);
    expect(evaluated(runId, 12)).toEqual(['evaluation/validation-8.npz']);
    expect(readEvaluation(log, runId, 'validation').evaluation).toMatchObject({ step: 12 });
  });
});

describe('runs side by side', () => {
  const first = logFinishedRun(log);
  const second = logFinishedRun(log, { batchSize: 8 });
  evaluated(second);

  it('have their heads, parameters, metrics and layers in the order in which they were named', () => {
    const { runs, parameters, metrics, layers } = runComparison.parse(compareRuns(log, [second, first]));
    expect(runs.map(({ runId }) => runId)).toEqual([second, first]);
    expect(runs.map(({ evaluation }) => evaluation?.images ?? null)).toEqual([4, null]);
    expect(parameters.filter(({ differs }) => differs)).toEqual([
      { key: 'plan.batchSize', values: [8, 32], differs: true },
    ]);
    const accuracy = metrics.find(({ key }) => key === 'val_accuracy');
    expect(accuracy).toEqual({
      key: 'val_accuracy',
      best: [2, 2].map((epoch) => epochMetrics(epoch).val_accuracy),
      last: [3, 3].map((epoch) => epochMetrics(epoch).val_accuracy),
      better: 'higher',
    });
    expect(metrics.map(({ key }) => key)).not.toContain('gradient_norm/conv1');
    expect(metrics.find(({ key }) => key === 'duration')?.better).toBe('lower');
    expect(layers.map(({ name, differs }) => [name, differs])).toEqual([
      ['conv1', false],
      ['conv1_bn', false],
      ['logits', false],
    ]);
  });

  it.each([
    { key: 'train/loss', better: 'lower' },
    { key: 'val_mean_squared_error', better: 'lower' },
    { key: 'eval/MSE', better: 'lower' },
    { key: 'val_mae_1', better: 'lower' },
    { key: 'top_5_accuracy', better: 'higher' },
    { key: 'eval/AUC', better: 'higher' },
    { key: 'val_f1', better: 'higher' },
    { key: 'gloss', better: null },
    { key: 'temperature', better: null },
    { key: 'learning_rate', better: null },
    { key: 'parameters_trainable', better: null },
    { key: 'images_per_second', better: 'higher' },
    { key: 'test_accuracy', better: 'higher' },
  ])('are judged by $key as its name says, or not at all', ({ key, better }) => {
    log.write('know a metric', (database) => {
      database.prepare('INSERT OR IGNORE INTO metric_key (name) VALUES (?)').run(key);
      database
        .prepare(
          `INSERT OR IGNORE INTO run_metric (run, key, at_best, last, least, greatest)
           SELECT run.number, metric_key.number, 0.5, 0.5, 0.5, 0.5 FROM run, metric_key
           WHERE run.id = ? AND metric_key.name = ?`,
        )
        .run(first, key);
    });
    const { metrics } = compareRuns(log, [first, second]);
    expect(metrics.filter((metric) => metric.key === key)).toMatchObject([{ key, better }]);
  });

  it('are refused where the log has no such run', async () => {
    await expectError(() => compareRuns(log, [first, '20260101-000000-none']), 'run.unknown');
  });
});

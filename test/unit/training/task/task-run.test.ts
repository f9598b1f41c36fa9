import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { LearningTask } from '../../../../src/shared/contract/learning-task.ts';
import type { TrainingPlan } from '../../../../src/shared/contract/plan.ts';
import type { LoadReport } from '../../../../src/shared/contract/run.ts';
import type { TrainerMessage } from '../../../../src/engine/training/protocol.ts';
import { runTraining } from '../../../../src/engine/training/run-training.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { computed, never, runUntil, trainingJob } from '../../../support/training-job.ts';
import { writeTinyDataset } from '../../../support/tiny-dataset.ts';

const root = temporaryFolder();
let dataset = '';

// Each step is told, so that a run can be stopped after any.
const SMALL: Partial<TrainingPlan> = { network: 'conv_4-6_16', epochs: 2, batchSize: 6, logInterval: 1 };
const TASKS: readonly LearningTask[] = [
  { kind: 'rotation' },
  { kind: 'corruption' },
  { kind: 'pairs', margin: 1 },
  { kind: 'ranking', margin: 1 },
  { kind: 'autoencoder', layerwise: false, noise: 0.2 },
];
const named = TASKS.map((task) => [task.kind, task] as const);

beforeAll(async () => {
  dataset = await writeTinyDataset(path.join(root, 'stripes'), { train: 6, val: 3, test: 2 });
});

async function train(changes: Partial<TrainingPlan>, dir = dataset) {
  const job = trainingJob(root, dir, { ...SMALL, ...changes });
  return { job, result: await runTraining(job, () => undefined, never) };
}

describe('a run of a task that looks at images alone', () => {
  it.each(named)('%s learns, tells what its task has, and is the same again', async (kind, task) => {
    const { result } = await train({ task });
    expect(result).toMatchObject({ status: 'finished', error: null, dataset: { train: 12, validation: 6, test: 4 } });
    for (const { loss, val_loss, accuracy, val_accuracy } of result.history) {
      expect([loss, val_loss].every((value) => Number.isFinite(value) && value > 0)).toBe(true);
      if (kind === 'autoencoder') expect([accuracy, val_accuracy]).toEqual([null, null]);
      else expect([accuracy, val_accuracy].every((value) => value !== null && value >= 0 && value <= 1)).toBe(true);
    }
    expect(result.testAccuracy === null).toBe(kind === 'autoencoder');
    expect(computed((await train({ task })).result.history)).toEqual(computed(result.history));
  });

  it.each(named)('%s goes on after a stop as if there had been none', async (_, task) => {
    const { result: whole } = await train({ task, introspectionInterval: 2 });
    const job = trainingJob(root, dataset, { ...SMALL, task, introspectionInterval: 2 });
    expect((await runUntil(1, job)).status).toBe('stopped');
    const result = await runTraining(trainingJob(root, dataset, job.plan, job), () => undefined, never);
    expect(computed(result.history)).toEqual(computed(whole.history));
  });

  it.each(named)(
    '%s leaves weights that a classifier begins with, without what stood above them',
    async (kind, task) => {
      const { job } = await train({ task, epochs: 1 });
      const classifier = {
        ...trainingJob(root, dataset, {
          ...SMALL,
          epochs: 1,
          strategy: 'finetune',
          weights: { kind: 'run', runId: 'before' },
        }),
        sourceRunDirectory: job.runDirectory,
      };
      const reports: LoadReport[] = [];
      const listen = (message: TrainerMessage): void => {
        if (message.kind === 'prepared' && message.prepared.loadReport) reports.push(message.prepared.loadReport);
      };
      const result = await runTraining(classifier, listen, never);
      expect(result).toMatchObject({ status: 'finished', error: null });
      expect(reports).toMatchObject([
        {
          loaded: ['conv_1/kernel', 'conv_1/bias', 'conv_2/kernel', 'conv_2/bias'],
          missing: [],
          skippedByShape: [],
          newlyInitialised: ['logits/kernel', 'logits/bias'],
        },
      ]);
      const above = kind === 'autoencoder' ? /^decode_/ : /^logits\//;
      expect(reports[0]?.unexpected.length).toBeGreaterThan(0);
      expect(reports[0]?.unexpected.every((name) => above.test(name) || /\/momentum|save_counter/.test(name))).toBe(
        true,
      );
    },
  );

  it('begins below its own head where the weights are of the same task', async () => {
    const { job } = await train({ task: { kind: 'rotation' }, epochs: 1 });
    const next = {
      ...trainingJob(root, dataset, {
        ...{ ...SMALL, task: { kind: 'rotation' } as const, strategy: 'finetune' as const, epochs: 1 },
        weights: { kind: 'run', runId: 'before' },
      }),
      sourceRunDirectory: job.runDirectory,
    };
    const { weights } = await runTraining(next, () => undefined, never);
    expect(weights).toMatchObject({ loaded: 6, newlyInitialised: 0 });
  });

  it('takes frozen layers along without computing them once', async () => {
    const { result } = await train({
      task: { kind: 'rotation' },
      rules: [{ action: 'freeze', pattern: 'conv_1' }],
    });
    expect(result).toMatchObject({ status: 'finished', frozenUnchanged: true, frozenTensors: 2 });
  });
});

describe('images without classes', () => {
  it.each(named)('are enough for %s, divided by share', async (_, task) => {
    const flat: Partial<TrainingPlan> = {
      dataset: { kind: 'folder', path: path.join(dataset, 'train'), structure: { kind: 'unlabelled' } },
      validationShare: 0.4,
    };
    const { result } = await train({ ...flat, task, epochs: 1 });
    expect(result).toMatchObject({ status: 'finished', dataset: { classes: [], test: 0 } });
    const { train: trained = 0, validation = 0 } = result.dataset ?? {};
    expect([trained + validation, trained > validation, validation > 0]).toEqual([12, true, true]);
  });

  it('are refused where classes are to be learnt, with what to do', async () => {
    const flat: TrainingPlan['dataset'] = { kind: 'folder', path: dataset, structure: { kind: 'unlabelled' } };
    await expect(train({ dataset: flat })).rejects.toMatchObject({
      code: 'dataset.classes',
      hint: expect.stringContaining('another task') as string,
    });
  });
});

it('comes to give images again, and keeps the epoch of the least error', async () => {
  const { result } = await train({
    task: { kind: 'autoencoder', layerwise: false, noise: 0 },
    network: 'dense_24_8',
    optimizer: { kind: 'adam', learningRate: 0.003, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 },
    epochs: 40,
  });
  const [first, last] = [result.history[0], result.history.at(-1)];
  expect(last?.val_loss ?? NaN).toBeLessThan((first?.val_loss ?? NaN) / 2);
  const best = Math.min(...result.history.map(({ val_loss }) => val_loss));
  expect(result.history.find(({ epoch }) => epoch === result.bestEpoch)?.val_loss).toBe(best);
  expect(result.bestValAccuracy).toBeNull();
});

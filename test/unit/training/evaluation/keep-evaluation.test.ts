import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readPredictedPaths, readPredictions } from '../../../../src/engine/training/evaluation/read-predictions.ts';
import { NpzReader } from '../../../../src/engine/numpy/npz-reader.ts';
import type { EvaluationKept, TrainerJob, TrainerMessage } from '../../../../src/engine/training/protocol.ts';
import { runTraining } from '../../../../src/engine/training/run-training.ts';
import type { TrainingPlan } from '../../../../src/shared/contract/plan.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { never, trainingJob } from '../../../support/training-job.ts';
import { writeTinyDataset } from '../../../support/tiny-dataset.ts';

const root = temporaryFolder();
const dataset = path.join(root, 'dataset');

beforeAll(async () => {
  await writeTinyDataset(dataset, { train: 12, val: 7, test: 3 });
});

type Outcome = Awaited<ReturnType<typeof runTraining>>;

/** A run and what it told of its evaluations. */
async function train(
  job: TrainerJob,
  signal = never,
  listen: (message: TrainerMessage) => void = () => undefined,
): Promise<{ readonly result: Outcome; readonly kept: readonly EvaluationKept[] }> {
  const kept: EvaluationKept[] = [];
  const result = await runTraining(
    job,
    (message) => {
      if (message.kind === 'evaluation') kept.push(message.evaluation);
      listen(message);
    },
    signal,
  );
  return { result, kept };
}

const diagonal = ({ confusion, images }: EvaluationKept): number =>
  confusion.reduce((sum, { label, predicted, images: count }) => sum + (label === predicted ? count : 0), 0) / images;

const of = (kept: readonly EvaluationKept[], split: string): EvaluationKept => {
  const found = kept.find((evaluation) => evaluation.split === split);
  if (!found) throw new Error(`Nothing was kept of ${split}.`);
  return found;
};

describe.each<[string, Partial<TrainingPlan>]>([
  ['pixels', { strategy: 'scratch' }],
  ['cached features', { strategy: 'features' }],
  ['a sigmoid over two classes', { strategy: 'features', head: 'sigmoid' }],
  ['batches that do not divide the split', { strategy: 'features', evaluationBatchSize: 4 }],
])('what a run on %s keeps of its images', (_, changes) => {
  let job: TrainerJob;
  let result: Outcome;
  let kept: readonly EvaluationKept[];

  beforeAll(async () => {
    job = trainingJob(root, dataset, { epochs: 3, ...changes });
    ({ result, kept } = await train(job));
  });

  it('adds up to the accuracy of the best epoch, and of the test', () => {
    const validation = of(kept, 'validation');
    expect(validation).toMatchObject({ epoch: result.bestEpoch, images: 14, accuracy: result.bestValAccuracy });
    expect(diagonal(validation)).toBe(result.bestValAccuracy);
    expect(validation.loss).toBe(result.history.find(({ epoch }) => epoch === result.bestEpoch)?.val_loss);
    const test = of(kept, 'test');
    expect(test).toMatchObject({ epoch: result.bestEpoch, images: 6, accuracy: result.testAccuracy });
    expect(diagonal(test)).toBe(result.testAccuracy);
    expect(test.step).toBe(validation.step);
  });

  it.each(['validation', 'test'] as const)('names each image of the %s by path, content and label', async (split) => {
    const { path: file, images } = of(kept, split);
    const paths = (await readPredictedPaths(job.runDirectory, file)) ?? [];
    const predictions = await readPredictions(job.runDirectory, file);
    expect(paths).toHaveLength(images);
    expect(predictions?.classes).toEqual(['broad', 'fine']);
    paths.forEach((image, row) => {
      expect(image).toMatch(split === 'validation' ? /^val\// : /^test\//);
      const content = readFileSync(path.join(dataset, image));
      expect(predictions?.contentHashes[row]).toBe(createHash('sha256').update(content).digest('hex'));
      expect(predictions?.classes[predictions.labels[row] ?? -1]).toBe(image.split('/')[1]);
    });
  });

  it('has the probability of every class, of which that of the predicted one is the highest', async () => {
    const { path: file, images } = of(kept, 'validation');
    const predictions = await readPredictions(job.runDirectory, file);
    const reader = await NpzReader.open(path.join(job.runDirectory, file));
    const { shape, data } = await reader.floats('probabilities', 2 ** 20);
    await reader.close();
    expect(shape).toEqual([images, 2]);
    for (let row = 0; row < images; row++) {
      const own = [...data.subarray(row * 2, row * 2 + 2)];
      expect(own.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
      expect(predictions?.probability[row]).toBe(Math.max(...own));
      expect(own[predictions?.predicted[row] ?? -1]).toBe(Math.max(...own));
    }
  });
});

/** Stops once the second epoch has ended, and goes on to the end of a plan. */
async function stoppedAndResumed(changes: Partial<TrainingPlan>) {
  const job = trainingJob(root, dataset, { strategy: 'features', epochs: 4, ...changes });
  const stop = new AbortController();
  const stopped = await train(job, stop.signal, (message) => {
    if (message.kind === 'event' && message.body.kind === 'epoch' && message.body.metrics.epoch === 2) stop.abort();
  });
  const resumed = await train(trainingJob(root, dataset, { strategy: 'features', epochs: 4, ...changes }, job));
  return { job, stopped, resumed };
}

it('a stopped run keeps what its best epoch made of the validation, and computes nothing more', async () => {
  const { stopped } = await stoppedAndResumed({});
  expect(stopped.result).toMatchObject({ status: 'stopped', testAccuracy: null });
  expect(stopped.kept.map(({ split }) => split)).toEqual(['validation']);
  expect(diagonal(of(stopped.kept, 'validation'))).toBe(stopped.result.bestValAccuracy);
});

it('a resumed run keeps what its best checkpoint makes of them, also where that is from before', async () => {
  // With a rate this low nothing becomes better than it was at the first epoch.
  const optimizer = { kind: 'sgd', learningRate: 1e-12, momentum: 0, nesterov: false } as const;
  const { stopped, resumed, job } = await stoppedAndResumed({ optimizer });
  expect(resumed.result).toMatchObject({ status: 'finished', bestEpoch: stopped.result.bestEpoch });
  const validation = of(resumed.kept, 'validation');
  const { loss, ...before } = of(stopped.kept, 'validation');
  expect(validation).toMatchObject(before);
  expect(validation.loss).toBeCloseTo(loss, 6);
  expect(diagonal(validation)).toBe(resumed.result.bestValAccuracy);
  expect(diagonal(of(resumed.kept, 'test'))).toBe(resumed.result.testAccuracy);
  expect(existsSync(path.join(job.runDirectory, validation.path))).toBe(true);
});

it.each([
  ['is gone', 'evaluation/validation-00000009.npz', null],
  ['holds something else', 'evaluation/validation-00000010.npz', 'no zip file'],
  ['lies elsewhere', '../evaluation/validation-00000010.npz', null],
])('a file that %s is told as none', async (_, file, content) => {
  const runDirectory = path.join(temporaryFolder(), 'run');
  mkdirSync(path.join(runDirectory, 'evaluation'), { recursive: true });
  if (content !== null) writeFileSync(path.join(runDirectory, file), content);
  expect(await readPredictions(runDirectory, file)).toBeNull();
});

it('a run that cannot write what it made of its images warns, and is complete', async () => {
  const job = trainingJob(root, dataset, { strategy: 'features', epochs: 1 });
  const warnings: string[] = [];
  // A file stands where the folder would be made.
  mkdirSync(job.runDirectory, { recursive: true });
  writeFileSync(path.join(job.runDirectory, 'evaluation'), '');
  const { result, kept } = await train(job, never, (message) => {
    if (message.kind === 'event' && message.body.kind === 'warning') warnings.push(message.body.message);
  });
  expect(result.status).toBe('finished');
  expect(result.testAccuracy).not.toBeNull();
  expect(kept).toEqual([]);
  expect(warnings.join('\n')).toMatch(/of the validation is not kept.*\n.*of the test is not kept/);
});

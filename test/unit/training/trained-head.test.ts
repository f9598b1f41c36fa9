import { mkdtemp } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { USUAL_HEAD } from '../../../src/shared/contract/head-design.ts';
import type { TrainingPlan } from '../../../src/shared/contract/plan.ts';
import type { RunResult } from '../../../src/shared/contract/run.ts';
import { checkpointPrefix, readStateOf } from '../../../src/engine/training/checkpoint.ts';
import { extractFeatures } from '../../../src/engine/training/features-file/extract-features.ts';
import type { TrainerJob } from '../../../src/engine/training/protocol.ts';
import { readModelFile, writeModelFile } from '../../../src/engine/training/model-file.ts';
import { assertHead } from '../../../src/engine/training/trained-head.ts';
import { runTraining } from '../../../src/engine/training/run-training.ts';
import { expectError } from '../../support/expect-error.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { writeTinyDataset } from '../../support/tiny-dataset.ts';
import { never, trainingJob } from '../../support/training-job.ts';

const root = temporaryFolder();
const HEAD_ONLY = { strategy: 'features', epochs: 3 } satisfies Partial<TrainingPlan>;
/** So little that nothing is learnt. */
const STILL = { kind: 'sgd', learningRate: 1e-12, momentum: 0, nesterov: false } as const;
/** So much that all that was learnt is lost. */
const WILD = { kind: 'sgd', learningRate: 1e6, momentum: 0, nesterov: false } as const;

const HIDDEN = { kind: 'dense', units: 8, activation: 'relu', batchNorm: false, dropout: 0 } as const;

let dataset = '';
let trained: TrainerJob;
let result: Omit<RunResult, 'runId'>;

function run(job: TrainerJob): Promise<Omit<RunResult, 'runId'>> {
  return runTraining(job, () => undefined, never);
}

/** A run on the images, given the head of the one on their features. */
function withHead(changes: Partial<TrainingPlan> = {}): TrainerJob {
  const job = trainingJob(root, dataset, {
    ...HEAD_ONLY,
    headWeights: { kind: 'run', runId: 'first' },
    evaluateFirst: true,
    ...changes,
  });
  return { ...job, headRunDirectory: trained.runDirectory };
}

beforeAll(async () => {
  dataset = await writeTinyDataset(path.join(root, 'dataset'), { train: 12, val: 6, test: 4 });
  const { plan, cacheDirectory } = trainingJob(root, dataset, HEAD_ONLY);
  const output = path.join(root, 'features.npz');
  const extracted = { plan, layer: null, output, cacheDirectory, sourceRunDirectory: null, thaw: '0.0.0' };
  await extractFeatures(extracted, () => undefined, never);
  trained = trainingJob(root, dataset, { ...HEAD_ONLY, dataset: { kind: 'features', path: output } });
  result = await run(trained);
});

describe('a head that was trained on features, put on the whole network', () => {
  it('gives there what it gave on the features, and a new one in its place what it gives by itself', async () => {
    const { baseline } = await run(withHead({ epochs: 1, optimizer: STILL }));
    const best = result.history.find(({ epoch }) => epoch === result.bestEpoch);
    expect(baseline?.val_loss).toBeCloseTo(best?.val_loss ?? NaN, 5);
    expect(baseline?.val_accuracy).toBe(best?.val_accuracy);
    const alone = await run(
      trainingJob(root, dataset, { ...HEAD_ONLY, epochs: 1, optimizer: STILL, evaluateFirst: true }),
    );
    expect(alone.baseline).toEqual({ ...baseline?.withoutHead, withoutHead: null });
    expect(baseline?.withoutHead?.val_loss).not.toBe(baseline?.val_loss);
  });

  it('stays the best of the run where no epoch is better, with a checkpoint that has it', async () => {
    const job = withHead({ epochs: 2, optimizer: WILD });
    const outcome = await run(job);
    expect(outcome).toMatchObject({ status: 'finished', bestEpoch: 0 });
    expect(outcome.bestValAccuracy).toBe(outcome.baseline?.val_accuracy);
    const prefix = await checkpointPrefix(job.runDirectory, 'best');
    expect(await readStateOf(path.dirname(prefix))).toMatchObject({ step: 0, bestEpoch: 0 });
  });

  it('goes on learning from there', async () => {
    const { history, baseline } = await run(withHead({ strategy: 'scratch', epochs: 1, optimizer: STILL, dropout: 0 }));
    expect(history[0]?.val_loss).toBeCloseTo(baseline?.val_loss ?? NaN, 4);
  });

  it.each([
    {
      what: 'a network of another width',
      changes: { network: 'mobilenet_v1_0.5_32' },
      words: ["'logits/kernel' is [512, 2] of mobilenet_v1_0.5_32", "[256, 2] in run 'first'"],
    },
    {
      what: 'another head',
      changes: { head: 'sigmoid' },
      words: ["'logits/kernel' is [256, 1]", "[256, 2] in run 'first'"],
    },
  ] satisfies { what: string; changes: Partial<TrainingPlan>; words: string[] }[])(
    'is refused on $what, the tensor named with both shapes',
    async ({ changes, words }) => {
      await expectError(() => run(withHead(changes)), 'weights.mismatch', ...words);
    },
  );

  it('is refused under a temperature that it was not trained with, before and as the run begins', async () => {
    const job = withHead({ headDesign: { ...USUAL_HEAD, temperature: 4 } });
    const head = { runId: 'first', runDirectory: trained.runDirectory, checkpoint: 'best' } as const;
    for (const begin of [() => assertHead(head, job.plan), () => run(job)]) {
      await expectError(begin, 'weights.mismatch', 'temperature 1,', 'temperature 4,');
    }
    await assertHead(head, withHead().plan);
  });

  it.each([
    { what: 'learnt another task', own: { task: { kind: 'rotation' as const } }, words: ["the task 'rotation'"] },
    {
      what: 'computes otherwise with the same tensors',
      own: { headDesign: { ...USUAL_HEAD, hidden: [{ ...HIDDEN, activation: 'tanh' as const }] } },
      words: ['dense 8 tanh', 'dense 8 relu'],
    },
  ])('is refused where it $what', async ({ own, words }) => {
    const runDirectory = await mkdtemp(path.join(root, 'other-'));
    await writeModelFile(runDirectory, { ...(await readModelFile(trained.runDirectory)), ...own });
    const { plan } = withHead({ headDesign: { ...USUAL_HEAD, hidden: [{ ...HIDDEN, dropout: 0.5 }] } });
    await expectError(
      () => assertHead({ runId: 'first', runDirectory, checkpoint: 'best' }, plan),
      'weights.mismatch',
      ...words,
    );
  });
});

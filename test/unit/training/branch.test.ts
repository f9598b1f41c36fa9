import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { RunEventBody } from '../../../src/shared/contract/event.ts';
import type { TrainingPlan } from '../../../src/shared/contract/plan.ts';
import { prepareRun } from '../../../src/engine/training/prepare-run.ts';
import type { TrainerJob } from '../../../src/engine/training/protocol.ts';
import { runTraining } from '../../../src/engine/training/run-training.ts';
import { chosenPrefix } from '../../../src/engine/training/starred-checkpoints.ts';
import { openStoredCheckpoint, openTensorFlowCheckpoint } from '../../../src/engine/weights/tensorflow-checkpoint.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { never, trainingJob } from '../../support/training-job.ts';
import { writeTinyDataset } from '../../support/tiny-dataset.ts';

const root = temporaryFolder();
const ADAM = { kind: 'adam', learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 } as const;
let dataset = '';
let first: TrainerJob;

type Tensors = ReadonlyMap<string, Float32Array>;

async function tensorsAt(prefix: string): Promise<Tensors> {
  const file = await openStoredCheckpoint(prefix);
  return new Map([...file.tensors.keys()].map((name) => [name, file.read(name)]));
}

/** What a run that branches off the first one begins with: its tensors and its optimizer's slots. */
async function begunWith(changes: Partial<TrainingPlan>, keepsOptimizer = true): Promise<Tensors> {
  const job = {
    ...trainingJob(root, dataset, {
      ...first.plan,
      strategy: 'finetune',
      weights: { kind: 'run', runId: 'first', checkpoint: 'last' },
      ...changes,
    }),
    sourceRunDirectory: first.runDirectory,
    keepsOptimizer,
  };
  const { session } = await prepareRun(job, () => undefined, never);
  const folder = path.join(job.runDirectory, 'begun');
  mkdirSync(folder);
  const prefix = path.join(folder, 'checkpoint');
  session.run('save', { prefix: { data: [Buffer.from(prefix)], shape: [] } });
  session.dispose();
  return tensorsAt(prefix);
}

beforeAll(async () => {
  dataset = await writeTinyDataset(path.join(root, 'stripes'), { train: 5, val: 2 });
  first = trainingJob(root, dataset, { epochs: 1, optimizer: ADAM });
  await runTraining(first, () => undefined, never);
});

it.each([
  { what: 'the same weights', sameWeights: true, warned: [] },
  { what: 'other weights', sameWeights: false, warned: ['The weights have changed'] },
])('a run that is repeated with $what says what has changed', async ({ sameWeights, warned }) => {
  const { sha256 } = await openTensorFlowCheckpoint(await chosenPrefix(first.runDirectory, 'last'));
  const repeated = trainingJob(root, dataset, {
    strategy: 'finetune',
    weights: { kind: 'run', runId: 'first', checkpoint: 'last' },
  });
  const job = {
    ...repeated,
    sourceRunDirectory: first.runDirectory,
    repeatedRunDirectory: first.runDirectory,
    repeatedWeights: sameWeights ? sha256 : 'ab'.repeat(32),
  };
  const warnings: string[] = [];
  const listen = (body: RunEventBody): void => {
    if (body.kind === 'warning') warnings.push(body.message);
  };
  const { session } = await prepareRun(job, listen, never);
  session.dispose();
  expect(warnings).toEqual(warned.map((text) => expect.stringContaining(text) as string));
});

describe('a run that branches off another', () => {
  it('begins with all that the checkpoint holds where the same trains', async () => {
    const there = await tensorsAt(await chosenPrefix(first.runDirectory, 'last'));
    expect(there.get('logits/kernel/velocity')?.some((value) => value > 0)).toBe(true);
    expect(await begunWith({})).toEqual(there);
  });

  it('keeps the slots of what goes on training, and counts steps anew where others begin to', async () => {
    const frozen = await begunWith({ rules: [{ action: 'freeze', pattern: 'conv1' }] });
    const there = await tensorsAt(await chosenPrefix(first.runDirectory, 'last'));
    expect(frozen.has('conv1/kernel/momentum')).toBe(false);
    for (const [name, values] of frozen) expect({ name, values }).toEqual({ name, values: there.get(name) });

    // The other way round: what was frozen trains now.
    const before = first;
    first = trainingJob(root, dataset, {
      epochs: 1,
      optimizer: ADAM,
      rules: [{ action: 'freeze', pattern: 'conv1' }],
    });
    await runTraining(first, () => undefined, never);
    const kept = await tensorsAt(await chosenPrefix(first.runDirectory, 'last'));
    const thawed = await begunWith({ rules: [] });
    first = before;
    expect(thawed.get('conv1/kernel/velocity')?.every((value) => value === 0)).toBe(true);
    expect(thawed.get('logits/kernel/velocity')).toEqual(kept.get('logits/kernel/velocity'));
    expect([...(thawed.get('adam/beta1_power') ?? [])]).toEqual([Math.fround(ADAM.beta1)]);
  });

  it('begins with the weights alone where the optimizer is another', async () => {
    const there = await tensorsAt(await chosenPrefix(first.runDirectory, 'last'));
    const begun = await begunWith(
      { optimizer: { kind: 'sgd', learningRate: 0.01, momentum: 0.9, nesterov: false } },
      false,
    );
    expect(begun.get('logits/kernel')).toEqual(there.get('logits/kernel'));
    expect(begun.get('logits/kernel/momentum')?.every((value) => value === 0)).toBe(true);
  });
});

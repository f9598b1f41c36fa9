import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { TrainingPlan } from '../../../src/shared/contract/plan.ts';
import type { EpochMetrics } from '../../../src/shared/contract/run.ts';
import { checkpointPrefix, INITIAL_STATE, writeCheckpoint } from '../../../src/engine/training/checkpoint.ts';
import { checkpointValues } from '../../../src/engine/training/first-values.ts';
import { prepareRun } from '../../../src/engine/training/prepare-run.ts';
import { proveFrozen } from '../../../src/engine/training/proof.ts';
import type { TrainerJob, TrainerMessage } from '../../../src/engine/training/protocol.ts';
import { runTraining } from '../../../src/engine/training/run-training.ts';
import { openTensorFlowCheckpoint } from '../../../src/engine/weights/tensorflow-checkpoint.ts';
import { expectError } from '../../support/expect-error.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { writeTinyDataset } from '../../support/tiny-dataset.ts';
import { never, runUntil, trainingJob } from '../../support/training-job.ts';

const root = temporaryFolder();
let dataset = '';
beforeAll(async () => {
  dataset = await writeTinyDataset(path.join(root, 'dataset'), { train: 12, val: 6, test: 4 });
});

function job(changes: Partial<TrainingPlan> = {}, resumed?: TrainerJob): TrainerJob {
  return trainingJob(root, dataset, changes, resumed);
}

function losses(history: readonly EpochMetrics[]): number[] {
  return history.flatMap(({ loss, val_loss }) => [loss, val_loss]);
}

const HEAD_ONLY = { strategy: 'features', dropout: 0.25 } as const;
const UPPER_PART = {
  rules: [
    { action: 'freeze', pattern: '/./' },
    { action: 'thaw', pattern: 'from:block_12' },
  ],
} satisfies Partial<TrainingPlan>;

const REGULARIZED = {
  optimizer: { kind: 'rmsprop', learningRate: 1e-3, rho: 0.9, momentum: 0.5, epsilon: 1e-3, centered: true },
  weightDecay: 0.01,
  l1: 0.001,
  gradientClipping: { kind: 'globalNorm', limit: 1 },
  labelSmoothing: 0.1,
  classWeights: { kind: 'given', weights: { fine: 2 } },
} satisfies Partial<TrainingPlan>;
const PLATEAU = {
  ...HEAD_ONLY,
  optimizer: { kind: 'adamw', learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 },
  schedule: { kind: 'plateau', monitor: 'val_accuracy', patience: 1, factor: 0.5, floor: 0 },
  warmupEpochs: 0.5,
  weightDecay: 0.1,
} satisfies Partial<TrainingPlan>;
const FALLING = {
  ...HEAD_ONLY,
  schedule: { kind: 'cosine', floor: 0.1 },
  warmupEpochs: 1.5,
} satisfies Partial<TrainingPlan>;

describe('a run', () => {
  it.each([
    { what: 'only the head', changes: HEAD_ONLY, frozen: 135 },
    { what: 'the upper part', changes: UPPER_PART, frozen: 115 },
    { what: 'everything', changes: {}, frozen: 0 },
    {
      what: 'only the head, in bfloat16',
      changes: { ...HEAD_ONLY, precision: { frozen: 'bfloat16', trainable: 'bfloat16' } },
      frozen: 135,
    },
    {
      what: 'everything, with Adam and dropout',
      changes: {
        dropout: 0.5,
        optimizer: { kind: 'adam', learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 },
      },
      frozen: 0,
    },
  ] satisfies { what: string; changes: Partial<TrainingPlan>; frozen: number }[])(
    'that trains $what ends with its metrics, a test accuracy and the proof that the rest is unchanged',
    async ({ changes, frozen }) => {
      const messages: TrainerMessage[] = [];
      const result = await runTraining(job(changes), (message) => messages.push(message), never);
      expect(result).toMatchObject({ status: 'finished', frozenUnchanged: true, frozenTensors: frozen, error: null });
      expect(result.history.map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
      expect(result.history.every(({ loss, val_loss }) => loss > 0 && val_loss > 0)).toBe(true);
      expect(result.bestValAccuracy).toBe(Math.max(...result.history.map(({ val_accuracy }) => val_accuracy ?? NaN)));
      expect(result.testAccuracy).toBeGreaterThanOrEqual(0);
      expect(result.dataset).toMatchObject({ classes: ['broad', 'fine'], train: 24, validation: 12, test: 8 });
      expect(messages.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['prepared', 'checkpoint', 'proof']));
    },
  );

  it('gives the same losses again from the same seed, and others from another', async () => {
    const [first, again, other] = [
      await runTraining(job(HEAD_ONLY), () => undefined, never),
      await runTraining(job(HEAD_ONLY), () => undefined, never),
      await runTraining(job({ ...HEAD_ONLY, seed: 12 }), () => undefined, never),
    ];
    expect(losses(again.history)).toEqual(losses(first.history));
    expect(losses(other.history)).not.toEqual(losses(first.history));
  });

  it.each([
    { what: 'the head, with dropout', changes: HEAD_ONLY },
    { what: 'the upper part', changes: UPPER_PART },
    { what: 'everything, with slots of every kind', changes: REGULARIZED },
    { what: 'the head, its rate falling at plateaus', changes: PLATEAU },
    { what: 'the head, stopped while its rate grows', changes: FALLING },
  ])('stopped in mid-epoch and resumed trains $what as if it had never stopped', async ({ changes }) => {
    const whole = await runTraining(job(changes), () => undefined, never);
    const cut = job({ ...changes, epochs: 3 });
    const stopped = await runUntil(7, cut);
    expect(stopped).toMatchObject({ status: 'stopped', testAccuracy: null });
    expect(stopped.history.length).toBeLessThan(3);
    const resumed = await runTraining(job(changes, cut), () => undefined, never);
    expect(resumed).toMatchObject({ status: 'finished', frozenUnchanged: true });
    const rates = ({ history }: Pick<typeof whole, 'history'>): number[] =>
      history.map(({ learningRate }) => learningRate);
    expect(rates(resumed)).toEqual(rates(whole));
    const expected = losses(whole.history);
    losses(resumed.history).forEach((loss, index) => {
      expect(Math.abs(loss - (expected[index] ?? NaN))).toBeLessThan(1e-5);
    });
  });

  it('feeds each step the rate of its schedule, and tells it', async () => {
    const told: number[] = [];
    const { history } = await runTraining(
      job({ ...FALLING, schedule: { kind: 'step', epochs: 1, factor: 0.5 }, warmupEpochs: 0.4 }),
      (message) => {
        if (message.kind === 'event' && message.body.kind === 'step') told.push(message.body.learningRate);
      },
      never,
    );
    expect(history.map(({ learningRate }) => learningRate)).toEqual([0.01, 0.005, 0.0025]);
    expect(told[0]).toBe(0.005);
    expect(told.at(-1)).toBe(0.0025);

    const frozen = await runTraining(
      job({ ...HEAD_ONLY, optimizer: PLATEAU.optimizer, schedule: { kind: 'exponential', factor: 1e-200 }, epochs: 4 }),
      () => undefined,
      never,
    );
    const [, ...after] = frozen.history.map(({ val_loss }) => val_loss);
    expect(new Set(after).size).toBe(1);
  });

  it('lets layers learn at rates of their own', async () => {
    const trained = async (learningRateRules: TrainingPlan['learningRateRules']): Promise<readonly Float32Array[]> => {
      const sgd = { kind: 'sgd', learningRate: 0.01, momentum: 0, nesterov: false } as const;
      const trainerJob = job({ optimizer: sgd, epochs: 1, batchSize: 24, learningRateRules });
      await runTraining(trainerJob, () => undefined, never);
      const checkpoint = await openTensorFlowCheckpoint(await checkpointPrefix(trainerJob.runDirectory, 'last'));
      const tensors = ['conv_pw_13/kernel', 'logits/kernel'].map((name) => checkpoint.read(name));
      checkpoint.close();
      return tensors;
    };
    // One step on all images: its gradients are those at the initial values, whatever the rates.
    const [still, usual, apart] = [
      await trained([{ pattern: '/./', factor: 1e-30 }]),
      await trained([]),
      await trained([
        { pattern: 'from:block_12', factor: 0.25 },
        { pattern: 'head', factor: 4 },
      ]),
    ];
    [0.25, 4].forEach((factor, at) => {
      const moved = (tensors: readonly Float32Array[]): number[] =>
        [...(tensors[at] ?? [])].map((value, index) => value - (still[at]?.[index] ?? NaN));
      const whole = moved(usual);
      expect(Math.max(...whole.map(Math.abs))).toBeGreaterThan(1e-4);
      moved(apart).forEach((step, index) => expect(step).toBeCloseTo(factor * (whole[index] ?? NaN), 6));
    });
  });

  it('stands still where its gradients are clipped to nothing, but for what AdamW decays', async () => {
    const trainedKernel = async (changes: Partial<TrainingPlan>): Promise<Float32Array> => {
      const trainerJob = job({ ...HEAD_ONLY, ...changes });
      await runTraining(trainerJob, () => undefined, never);
      const checkpoint = await openTensorFlowCheckpoint(await checkpointPrefix(trainerJob.runDirectory, 'last'));
      const kernel = checkpoint.read('logits/kernel');
      checkpoint.close();
      return kernel;
    };
    const gradientClipping = { kind: 'value', limit: 1e-30 } as const;
    const optimizer = { kind: 'adamw', learningRate: 0.1, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 } as const;
    const still = await trainedKernel({ gradientClipping, optimizer, epochs: 1 });
    expect(await trainedKernel({ gradientClipping, optimizer })).toEqual(still);
    const decayed = await trainedKernel({ gradientClipping, optimizer, weightDecay: 0.5 });
    const steps = 3 * Math.ceil(24 / 5);
    still.forEach((value, index) => expect(decayed[index]).toBeCloseTo(value * (1 - 0.1 * 0.5) ** steps, 6));
  });

  it('weighs its classes in training alone, and smoothed labels in both', async () => {
    const first = async (changes: Partial<TrainingPlan>): Promise<EpochMetrics> => {
      const still = { kind: 'sgd', learningRate: 1e-30, momentum: 0, nesterov: false } as const;
      const shipped = { network: 'mobilenet_v1_0.25_96', weights: { kind: 'shipped' } } as const;
      const trainerJob = job({ ...HEAD_ONLY, ...shipped, dropout: 0, epochs: 1, optimizer: still, ...changes });
      const { history } = await runTraining(trainerJob, () => undefined, never);
      return history[0] as EpochMetrics;
    };
    const weighing = (weights: Readonly<Record<string, number>>): Promise<EpochMetrics> =>
      first({ classWeights: { kind: 'given', weights } });
    const [plain, broad, fine] = [
      await first({}),
      await weighing({ broad: 2, fine: 0 }),
      await weighing({ broad: 0, fine: 2 }),
    ];
    expect(broad.loss).not.toBeCloseTo(fine.loss, 3);
    expect((broad.loss + fine.loss) / 2).toBeCloseTo(plain.loss, 5);
    expect([broad.val_loss, fine.val_loss]).toEqual([plain.val_loss, plain.val_loss]);
    // As many of the one as of the other.
    expect((await first({ classWeights: { kind: 'balanced' } })).loss).toBeCloseTo(plain.loss, 6);
    const smoothed = await first({ labelSmoothing: 0.5 });
    expect(Math.abs(smoothed.loss - plain.loss)).toBeGreaterThan(1e-3);
    expect(Math.abs(smoothed.val_loss - plain.val_loss)).toBeGreaterThan(1e-3);
  });

  it('names the classes there are when weights are given to another', async () => {
    const wrong = job({ classWeights: { kind: 'given', weights: { fine: 1, narrow: 2 } } });
    const words = ['(broad, fine)', "'narrow'"];
    await expectError(() => runTraining(wrong, () => undefined, never), 'usage.invalid', ...words);
  });

  it('whose loss leaves the numbers fails, naming the step and the learning rate', async () => {
    const wild = job({ ...HEAD_ONLY, optimizer: { kind: 'sgd', learningRate: 1e38, momentum: 0, nesterov: false } });
    await expectError(() => runTraining(wild, () => undefined, never), 'training.diverged', 'learning rate of 1e+38');
  });

  it('lists an unreadable image and goes on without it', async () => {
    const damaged = await writeTinyDataset(path.join(root, 'damaged'), { train: 6, val: 3 });
    writeFileSync(path.join(damaged, 'train', 'fine', '000.png'), Buffer.from('89504e470d0a1a0a0000', 'hex'));
    const folder = { kind: 'folder', path: damaged } as const;
    for (const changes of [HEAD_ONLY, {}]) {
      const result = await runTraining(job({ ...changes, dataset: folder }), () => undefined, never);
      expect(result.dataset).toMatchObject({ train: 11, validation: 6 });
      expect(result.dataset?.skipped.map((image) => image.path)).toEqual(['train/fine/000.png']);
    }
  });
});

describe('the proof of freezing', () => {
  it('fails, naming the tensor, when one frozen tensor was updated', async () => {
    const trainerJob = job(HEAD_ONLY);
    const run = await prepareRun(trainerJob, () => undefined, never);
    await writeCheckpoint(run.session, trainerJob.runDirectory, { ...INITIAL_STATE, step: 1 }, true);
    const before = await proveFrozen(await checkpointPrefix(trainerJob.runDirectory, 'last'), run.model.frozen);
    expect(before.unchanged).toBe(true);

    const { values } = await checkpointValues(trainerJob.runDirectory, 'last', run.network);
    const changed = Float32Array.from(values.get('conv_pw_5_bn/moving_mean') ?? []);
    changed[0] = (changed[0] ?? 0) + 1e-7;
    const withOneChanged = new Map([...values, ['conv_pw_5_bn/moving_mean', changed] as const]);
    run.session.run('assign', run.program.assignFeeds(withOneChanged));
    await writeCheckpoint(run.session, trainerJob.runDirectory, { ...INITIAL_STATE, step: 2 }, false);
    const after = await proveFrozen(await checkpointPrefix(trainerJob.runDirectory, 'last'), run.model.frozen);
    run.session.dispose();
    expect(after.unchanged).toBe(false);
    expect(after.proof.filter((entry) => entry.before !== entry.after).map(({ tensor }) => tensor)).toEqual([
      'conv_pw_5_bn/moving_mean',
    ]);
  });

  it('holds because no op of a frozen layer stands in the train step', async () => {
    const run = await prepareRun(job(UPPER_PART), () => undefined, never);
    run.session.dispose();
    const layers = new Set(run.program.trainOperations.map((name) => name.split('/')[1] ?? ''));
    const frozen = run.plan.states.filter(({ state }) => state === 'frozen').map(({ name }) => name);
    expect(frozen.filter((name) => layers.has(name) && run.plan.prefix.includes(name))).toEqual([]);
    expect(layers).toContain('conv_pw_12');
  });
});

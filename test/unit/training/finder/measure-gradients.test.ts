import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkpointPrefix } from '../../../../src/engine/training/checkpoint.ts';
import type { GradientJob, Gradients } from '../../../../src/engine/training/finder/finder-protocol.ts';
import { measureGradients, someImages, thawedPlan } from '../../../../src/engine/training/finder/measure-gradients.ts';
import type { LayerFigures } from '../../../../src/engine/training/introspect.ts';
import type { TrainerJob, TrainerMessage } from '../../../../src/engine/training/protocol.ts';
import { runTraining } from '../../../../src/engine/training/run-training.ts';
import { openTensorFlowCheckpoint } from '../../../../src/engine/weights/tensorflow-checkpoint.ts';
import { samplePlan } from '../../../support/training-plan.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { writeTinyDataset } from '../../../support/tiny-dataset.ts';
import { never, trainingJob } from '../../../support/training-job.ts';

const root = temporaryFolder();
const FREEZING: GradientJob['trained'] = {
  strategy: 'scratch',
  rules: [{ action: 'freeze', pattern: 'conv_pw_4' }],
};
/** As many as there are, so that one batch has all of them. */
const IMAGES = 12;
let begun: TrainerJob;
let found: Gradients;

beforeAll(async () => {
  const dataset = await writeTinyDataset(path.join(root, 'dataset'), { train: IMAGES / 2, val: 3 });
  begun = trainingJob(root, dataset, { epochs: 1, ...FREEZING });
  await runTraining(begun, () => undefined, never);
  const { plan, cacheDirectory, runDirectory } = begun;
  const weights = { kind: 'run', runId: 'test', checkpoint: 'last' } as const;
  const job: GradientJob = {
    plan: { ...thawedPlan({ ...plan, batchSize: IMAGES }), weights, newHead: false },
    trained: FREEZING,
    images: IMAGES,
    runDirectory: path.join(root, 'search'),
    sourceRunDirectory: runDirectory,
    cacheDirectory,
  };
  found = await measureGradients(job, { emit: () => undefined, signal: never });
}, 300_000);

describe('the gradients of a run whose blocks are all thawed for a moment', () => {
  it('are those that a step of a training from the same weights tells', async () => {
    const told: LayerFigures[] = [];
    const listen = (message: TrainerMessage): void => {
      if (message.kind === 'layers' && told.length === 0) told.push(...message.layers);
    };
    const { plan, runDirectory } = begun;
    const branch = trainingJob(root, '', {
      ...plan,
      weights: { kind: 'run', runId: 'test', checkpoint: 'last' },
      newHead: false,
      strategy: 'finetune',
      rules: [{ action: 'freezeStatistics', pattern: '/./' }],
      optimizer: { kind: 'adam', learningRate: 1e-6, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 },
      dropout: 0,
      batchSize: IMAGES,
      introspectionInterval: 1,
    });
    await runTraining({ ...branch, sourceRunDirectory: runDirectory }, listen, never);
    expect(told.length).toBeGreaterThan(10);
    expect(found.layers.map(({ layer }) => layer).sort()).toEqual(told.map(({ layer }) => layer).sort());
    for (const { layer, gradientNorm } of told) {
      const own = found.layers.find((candidate) => candidate.layer === layer);
      expect(Math.sqrt(own?.gradientSquares ?? NaN) / (gradientNorm ?? NaN)).toBeCloseTo(1, 3);
    }
  }, 300_000);

  it('come with the norms of the weights that the checkpoint holds, and with what trained', async () => {
    const file = await openTensorFlowCheckpoint(await checkpointPrefix(begun.runDirectory, 'last'));
    const kernel = file.read('conv_pw_4/kernel');
    file.close();
    const [frozen, learnt] = ['conv_pw_4', 'conv_pw_5'].map((name) => found.layers.find(({ layer }) => layer === name));
    expect(Math.sqrt(frozen?.weightSquares ?? NaN)).toBeCloseTo(Math.hypot(...kernel), 3);
    expect(frozen).toMatchObject({ trained: false, parameters: kernel.length });
    expect(learnt).toMatchObject({ trained: true });
    expect([found.images, Number.isFinite(found.loss)]).toEqual([IMAGES, true]);
  });
});

describe('the images that gradients are measured on', () => {
  const images = Array.from({ length: 40 }, (_, index) => {
    const split = index < 30 ? ('train' as const) : ('validation' as const);
    return { path: String(index), split, label: index === 29 ? 1 : 0, bytes: 1, contentHash: String(index) };
  });
  const dataset = { root: '/', classes: ['a', 'b'], images, skipped: [], version: '1' };

  it('are so many of the training, with one of each class, drawn by the seed', () => {
    const drawn = (seed: number) => someImages(dataset, 6, samplePlan({ seed })).images;
    const train = drawn(1).filter(({ split }) => split === 'train');
    expect(train.length).toBeGreaterThanOrEqual(6);
    expect(train.length).toBeLessThanOrEqual(7);
    expect(train.some(({ label }) => label === 1)).toBe(true);
    expect(drawn(1).some(({ split }) => split === 'validation')).toBe(true);
    expect(drawn(1)).toEqual(drawn(1));
    expect(drawn(1)).not.toEqual(drawn(2));
  });
});

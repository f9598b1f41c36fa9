import { rename } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { TrainingPlan } from '../../../../src/shared/contract/plan.ts';
import type { RunResult } from '../../../../src/shared/contract/run.ts';
import { extractFeatures } from '../../../../src/engine/training/features-file/extract-features.ts';
import type { TrainerJob } from '../../../../src/engine/training/protocol.ts';
import { runTraining } from '../../../../src/engine/training/run-training.ts';
import { expectError } from '../../../support/expect-error.ts';
import { writeNumpyFile } from '../../../support/features-file.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { writeTinyDataset } from '../../../support/tiny-dataset.ts';
import { computed, never, runUntil, trainingJob } from '../../../support/training-job.ts';

const root = temporaryFolder();
let dataset = '';
beforeAll(async () => {
  dataset = await writeTinyDataset(path.join(root, 'dataset'), { train: 12, val: 6, test: 4 });
});

const HEAD_ONLY = { strategy: 'features', dropout: 0.25 } satisfies Partial<TrainingPlan>;
const UPPER_PART = {
  strategy: 'features',
  rules: [{ action: 'thaw', pattern: 'from:block_13' }],
} satisfies Partial<TrainingPlan>;

/** Writes the features that a plan's frozen prefix gives, or those of a layer. @returns the file */
async function featuresOf(name: string, changes: Partial<TrainingPlan>, layer: string | null = null): Promise<string> {
  const output = path.join(root, `${name}.npz`);
  const { plan, cacheDirectory } = trainingJob(root, dataset, changes);
  const job = { plan, layer, output, cacheDirectory, sourceRunDirectory: null, thaw: '0.0.0' };
  await extractFeatures(job, () => undefined, never);
  return output;
}

function job(file: string, changes: Partial<TrainingPlan>, resumed?: TrainerJob): TrainerJob {
  return trainingJob(root, dataset, { ...changes, dataset: { kind: 'features', path: file } }, resumed);
}

function run(trainerJob: TrainerJob): Promise<Omit<RunResult, 'runId'>> {
  return runTraining(trainerJob, () => undefined, never);
}

describe('training on features', () => {
  it.each([
    { what: 'the head', changes: HEAD_ONLY, frozen: 135 },
    { what: 'the upper part', changes: UPPER_PART, frozen: 125 },
  ])(
    'trains $what as training on the images does, to the last bit, with none of them there',
    async ({ what, changes, frozen }) => {
      const onImages = await run(trainingJob(root, dataset, changes));
      const file = await featuresOf(what, changes);
      const away = `${dataset}-away`;
      await rename(dataset, away);
      try {
        const onFeatures = await run(job(file, changes));
        expect(computed(onFeatures.history)).toEqual(computed(onImages.history));
        expect(onFeatures).toMatchObject({
          status: 'finished',
          frozenUnchanged: true,
          frozenTensors: frozen,
          testAccuracy: onImages.testAccuracy,
          dataset: { root: file, classes: ['broad', 'fine'], train: 24, validation: 12, test: 8 },
        });
      } finally {
        await rename(away, dataset);
      }
    },
  );

  it('taken lower than they need be trains the same, what is frozen above them computed at each step', async () => {
    const onImages = await run(trainingJob(root, dataset, HEAD_ONLY));
    const lower = await run(job(await featuresOf('lower', HEAD_ONLY, 'conv_pw_10_relu'), HEAD_ONLY));
    expect(lower).toMatchObject({ frozenUnchanged: true, frozenTensors: 135 });
    computed(lower.history).forEach((value, index) =>
      expect(value).toBeCloseTo(computed(onImages.history)[index] ?? NaN, 4),
    );
  });

  it('goes on where it was stopped', async () => {
    const file = await featuresOf('resumed', HEAD_ONLY);
    const whole = await run(job(file, HEAD_ONLY));
    const cut = job(file, HEAD_ONLY);
    expect(await runUntil(7, cut)).toMatchObject({ status: 'stopped' });
    const resumed = await run(job(file, HEAD_ONLY, cut));
    expect(resumed).toMatchObject({ status: 'finished', frozenUnchanged: true });
    computed(resumed.history).forEach((value, index) =>
      expect(value).toBeCloseTo(computed(whole.history)[index] ?? NaN, 5),
    );
  });

  it.each([
    { what: 'a vector', shape: [4], network: 'features_4' },
    { what: 'a map', shape: [1, 2, 2], network: 'features_1x2x2' },
  ])('of others, $what an image, learns what tells classes apart', async ({ what, shape, network }) => {
    const rows = 60;
    const side = (row: number): number => (row % 2 === 0 ? 1 : -1);
    const file = await writeNumpyFile(path.join(root, `others-${what}.npz`), {
      floats: {
        features: {
          shape: [rows, ...shape],
          data: Array.from({ length: rows * 4 }, (_, index) => side(Math.floor(index / 4)) + Math.sin(index)),
        },
      },
      texts: { labels: Array.from({ length: rows }, (_, row) => (row > 55 ? '' : row % 2 === 0 ? 'even' : 'odd')) },
    });
    const warnings: string[] = [];
    const sgd = { kind: 'sgd', learningRate: 0.1, momentum: 0.9, nesterov: false } as const;
    const result = await runTraining(
      job(file, { ...HEAD_ONLY, dropout: 0, network, weights: { kind: 'none' }, optimizer: sgd, epochs: 10 }),
      (message) => {
        if (message.kind === 'event' && message.body.kind === 'warning') warnings.push(message.body.message);
      },
      never,
    );
    expect(result).toMatchObject({ status: 'finished', parameters: { frozen: 0 }, bestValAccuracy: 1 });
    expect(result.dataset).toMatchObject({ classes: ['even', 'odd'], test: 0 });
    expect((result.dataset?.train ?? 0) + (result.dataset?.validation ?? 0)).toBe(56);
    expect(warnings).toContain('4 of 60 images in the features file have no class and are not used.');
  });

  it('is refused where the weights below are others, or a layer below would train', async () => {
    const file = await featuresOf('refused', HEAD_ONLY);
    await expectError(() => run(job(file, { ...HEAD_ONLY, seed: 12 })), 'features.mismatch', 'weights', 'pooling');
    await expectError(() => run(job(file, UPPER_PART)), 'usage.invalid', "'pooling'", 'lie below');
    await expectError(
      () => run(job(file, { ...HEAD_ONLY, network: 'mobilenet_v1_0.5_32' })),
      'features.mismatch',
      'gives [512], found [256]',
    );
    await expectError(
      () => run(job(file, { ...HEAD_ONLY, network: 'features_300', weights: { kind: 'none' } })),
      'features.mismatch',
      'gives [1, 1, 300], found [256]',
    );
    const lower = await featuresOf('refused-lower', HEAD_ONLY, 'conv_pw_10_relu');
    await expectError(
      () => run(job(lower, { ...HEAD_ONLY, network: 'resnet50_32' })),
      'features.mismatch',
      "no layer 'conv_pw_10_relu'",
    );
  });
});

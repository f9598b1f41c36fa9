import { existsSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { NO_AUGMENTATION, PRESET_VALUES, USUAL_CROP } from '../../../src/shared/contract/augmentation.ts';
import type { TrainingPlan } from '../../../src/shared/contract/plan.ts';
import type { RunResult } from '../../../src/shared/contract/run.ts';
import { modelNetwork, readModelFile } from '../../../src/engine/training/model-file.ts';
import { prepareRun } from '../../../src/engine/training/prepare-run.ts';
import type { TrainerJob } from '../../../src/engine/training/protocol.ts';
import { runTraining } from '../../../src/engine/training/run-training.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { writeTinyDataset } from '../../support/tiny-dataset.ts';
import { computed, never, runUntil, trainingJob } from '../../support/training-job.ts';

const root = temporaryFolder();
let dataset = '';
let plain: Omit<RunResult, 'runId'>;
beforeAll(async () => {
  dataset = await writeTinyDataset(path.join(root, 'dataset'), { train: 12, val: 6, test: 4 });
  plain = await train(UPPER_PART);
});

const FLIP = { ...NO_AUGMENTATION, horizontalFlip: true };
const CROP = { ...FLIP, randomResizedCrop: { ...USUAL_CROP, smallestArea: 0.25 } };
const EVERYTHING = { ...PRESET_VALUES.strong, translation: 0.1, shear: 5, zoom: 0.1, verticalFlip: true };
const UPPER_PART = {
  epochs: 2,
  rules: [
    { action: 'freeze', pattern: '/./' },
    { action: 'thaw', pattern: 'from:block_12' },
  ],
} satisfies Partial<TrainingPlan>;

function job(changes: Partial<TrainingPlan>, resumed?: TrainerJob): TrainerJob {
  return trainingJob(root, dataset, changes, resumed);
}

function train(changes: Partial<TrainingPlan>): Promise<Omit<RunResult, 'runId'>> {
  return runTraining(job(changes), () => undefined, never);
}

describe('a run on augmented images', () => {
  it.each([
    ['mirrored', FLIP],
    ['cut and mirrored', CROP],
    ['changed in every way there is', EVERYTHING],
  ])('%s trains differently than without, the same again, and proves what stayed frozen', async (_, augmentation) => {
    const [first, again] = [await train({ ...UPPER_PART, augmentation }), await train({ ...UPPER_PART, augmentation })];
    expect(first).toMatchObject({ status: 'finished', frozenUnchanged: true, frozenTensors: 115 });
    expect(computed(first.history)).not.toEqual(computed(plain.history));
    expect(computed(again.history)).toEqual(computed(first.history));
  });

  it.each([
    ['cut', { augmentation: CROP }],
    ['changed in every way there is', { augmentation: EVERYTHING }],
    ['drawn in balance', { augmentation: CROP, sampling: 'balanced' as const }],
    ['of which variants are cached', { augmentation: { ...CROP, variants: 3 }, sampling: 'balanced' as const }],
  ])('resumed in mid-epoch sees the same images as if it had never stopped: %s', async (_, own) => {
    const changes = { ...UPPER_PART, ...own };
    const whole = await train(changes);
    const cut = job(changes);
    expect(await runUntil(1, cut)).toMatchObject({ status: 'stopped', history: [] });
    const resumed = await runTraining(job(changes, cut), () => undefined, never);
    expect(resumed.status).toBe('finished');
    expect(computed(resumed.history)).toEqual(computed(whole.history));
  });

  it('computes nothing once: the frozen prefix stands in the train step, without a gradient', async () => {
    const own = path.join(root, 'own-cache');
    const changes = { ...UPPER_PART, augmentation: CROP, epochs: 1 };
    await runTraining({ ...job(changes), cacheDirectory: own }, () => undefined, never);
    expect(existsSync(path.join(own, 'decoded'))).toBe(true);
    expect(existsSync(path.join(own, 'features'))).toBe(false);

    const run = await prepareRun(job(changes), () => undefined, never);
    run.session.dispose();
    expect(run.program.cut).toEqual([]);
    expect(Object.keys(run.program.signatures)).not.toContain('features');
    expect(Object.keys(run.program.signatures['train']?.inputs ?? {})).toContain('boxes');
    expect(Object.keys(run.program.signatures['evaluate']?.inputs ?? {}).sort()).toEqual(['images', 'labels']);
    const frozen = new Set(run.plan.prefix);
    const layersOf = (operations: readonly string[], position: number): Set<string> =>
      new Set(operations.map((name) => name.split('/')[position] ?? '').filter((layer) => frozen.has(layer)));
    const forwards = run.program.trainOperations.filter((name) => name.startsWith('train/'));
    const backwards = run.program.trainOperations.filter((name) => name.startsWith('gradients/'));
    expect(layersOf(forwards, 1)).toContain('conv_pw_5');
    expect(backwards.map((name) => name.split('/')[2])).toContain('conv_pw_12');
    expect(layersOf(backwards, 2)).toEqual(new Set());
  });

  it('computes so many variants of each training image once, of the others none, and takes one at each epoch', async () => {
    const own = path.join(root, 'variants-cache');
    const augmentation = { ...CROP, variants: 2 };
    const changes = {
      network: 'mobilenet_v1_0.25_96',
      weights: { kind: 'shipped' },
      strategy: 'features',
      augmentation,
      epochs: 2,
    } satisfies Partial<TrainingPlan>;
    const computedImages = async (changed: Partial<TrainingPlan>): Promise<number> => {
      const counts: number[] = [];
      await runTraining(
        { ...job({ ...changes, ...changed }), cacheDirectory: own },
        (message) => {
          if (message.kind !== 'event' || message.body.kind !== 'progress') return;
          if (message.body.phase === 'features') counts.push(message.body.done);
        },
        never,
      );
      return Math.max(0, ...counts);
    };
    expect(await computedImages({})).toBe(2 * 24 + 20);
    // Another seed takes them in another order; another variant is computed beside them; another amount makes all anew.
    expect(await computedImages({ seed: 12 })).toBe(0);
    expect(await computedImages({ augmentation: { ...augmentation, variants: 3 } })).toBe(24);
    expect(await computedImages({ augmentation: { ...augmentation, brightness: 0.2 } })).toBe(2 * 24);

    const run = await prepareRun({ ...job(changes), cacheDirectory: own }, () => undefined, never);
    run.session.dispose();
    expect(run.program.cut.length).toBeGreaterThan(0);
    expect(Object.keys(run.program.signatures['train']?.inputs ?? {})).not.toContain('images');
    const inputs = Object.keys(run.program.signatures['augmented_features']?.inputs ?? {});
    expect(inputs.sort()).toEqual(['boxes', 'images']);
  });

  it('keeps with the run how images were prepared, and predicts so', async () => {
    const preprocessing = {
      values: 'caffe',
      normalisation: null,
      resize: 'stretch',
      shorterSide: null,
      kernel: 'bicubic',
    } as const;
    const changes = { ...UPPER_PART, epochs: 1, preprocessing };
    const planned = job(changes);
    await runTraining(planned, () => undefined, never);
    const model = await readModelFile(planned.runDirectory);
    expect(model.preprocessing).toMatchObject({ channelOrder: 'bgr', scale: 1, resize: 'stretch', kernel: 'bicubic' });
    expect(modelNetwork(model).preprocessing).toEqual(model.preprocessing);
    // A resumed run goes on as it began.
    const run = await prepareRun(job({ ...changes, preprocessing: null }, planned), () => undefined, never);
    run.session.dispose();
    expect(run.preprocessing).toEqual(model.preprocessing);
  });

  it('learns what the images show', async () => {
    const result = await train({
      network: 'mobilenet_v1_0.25_96',
      weights: { kind: 'shipped' },
      strategy: 'features',
      augmentation: CROP,
      epochs: 15,
    });
    const [first, last] = [result.history[0]?.loss ?? NaN, result.history.at(-1)?.loss ?? NaN];
    expect(last).toBeLessThan(first / 2);
    expect(result.bestValAccuracy).toBeGreaterThan(0.9);
  });
});

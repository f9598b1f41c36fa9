import { existsSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { TrainingPlan } from '../../../src/shared/contract/plan.ts';
import type { RunResult } from '../../../src/shared/contract/run.ts';
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

const FLIP = { horizontalFlip: true, randomResizedCrop: null } as const;
const CROP = { horizontalFlip: true, randomResizedCrop: { smallestArea: 0.25 } } as const;
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
  ])('%s trains differently than without, the same again, and proves what stayed frozen', async (_, augmentation) => {
    const [first, again] = [await train({ ...UPPER_PART, augmentation }), await train({ ...UPPER_PART, augmentation })];
    expect(first).toMatchObject({ status: 'finished', frozenUnchanged: true, frozenTensors: 115 });
    expect(computed(first.history)).not.toEqual(computed(plain.history));
    expect(computed(again.history)).toEqual(computed(first.history));
  });

  it('resumed in mid-epoch sees the same images as if it had never stopped', async () => {
    const changes = { ...UPPER_PART, augmentation: CROP };
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

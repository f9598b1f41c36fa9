import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { StoredCheckpoint } from '../../../src/shared/contract/checkpoint.ts';
import { checkpointPrefix } from '../../../src/engine/training/checkpoint.ts';
import type { TrainerJob } from '../../../src/engine/training/protocol.ts';
import { runTraining } from '../../../src/engine/training/run-training.ts';
import { listCheckpoints, starCheckpoint, unstarCheckpoint } from '../../../src/engine/training/starred-checkpoints.ts';
import { openTensorFlowCheckpoint } from '../../../src/engine/weights/tensorflow-checkpoint.ts';
import { expectError } from '../../support/expect-error.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { writeTinyDataset } from '../../support/tiny-dataset.ts';
import { never, runUntil, trainingJob } from '../../support/training-job.ts';

const root = temporaryFolder();
let dataset = '';
beforeAll(async () => {
  dataset = await writeTinyDataset(path.join(root, 'dataset'), { train: 6, val: 3 });
});

const BEST = 12;

/** Stopped within its second epoch of twelve steps, after the step `last`. */
async function stopped(): Promise<{ readonly job: TrainerJob; readonly last: number }> {
  const job = trainingJob(root, dataset, { epochs: 3, batchSize: 1 });
  await runUntil(BEST + 1, job);
  const last = (await listCheckpoints(job.runDirectory)).at(-1)?.step ?? 0;
  expect(last).toBeGreaterThan(BEST);
  expect(last).toBeLessThan(2 * BEST);
  return { job, last };
}

const kept = (checkpoints: readonly StoredCheckpoint[]) => checkpoints.map(({ step, kinds }) => [step, ...kinds]);

async function kernelOf(folder: string): Promise<Float32Array> {
  const file = await openTensorFlowCheckpoint(path.join(folder, 'checkpoint'));
  const kernel = file.read('conv1/kernel');
  file.close();
  return kernel;
}

describe("a run's checkpoints", () => {
  it('are the last and the best one, with their metrics and sizes', async () => {
    const { job, last } = await stopped();
    const found = await listCheckpoints(job.runDirectory);
    expect(kept(found)).toEqual([
      [BEST, 'best'],
      [last, 'last'],
    ]);
    for (const { path: folder, bytes, epoch, val_loss, val_accuracy } of found) {
      const { size } = statSync(path.join(job.runDirectory, folder, 'checkpoint.data-00000-of-00001'));
      expect(bytes).toBeGreaterThan(size);
      expect(bytes).toBeLessThan(size + 40_000);
      expect(epoch).toBe(1);
      expect(val_loss).toBeGreaterThan(0);
      expect(val_accuracy).toBeGreaterThanOrEqual(0);
    }
    expect(await listCheckpoints(path.join(root, 'none'))).toEqual([]);
  });

  it('stay when they are starred, while training goes on and removes the others', async () => {
    const { job, last } = await stopped();
    const starred = await starCheckpoint(job.runDirectory, 'last');
    expect(starred).toMatchObject({ step: last, epoch: 1, kinds: ['last', 'starred'] });
    // Linked, not copied: it takes no space as long as the run itself keeps it.
    const data = path.join(job.runDirectory, starred.path, 'checkpoint.data-00000-of-00001');
    expect(statSync(data).nlink).toBe(2);
    const kernel = await kernelOf(path.join(job.runDirectory, starred.path));

    await runTraining(trainingJob(root, dataset, { epochs: 3, batchSize: 1 }, job), () => undefined, never);
    const found = await listCheckpoints(job.runDirectory);
    expect(found.find(({ step }) => step === last)?.kinds).toEqual(['starred']);
    expect(found.at(-1)).toMatchObject({ step: 3 * BEST, epoch: 3 });
    expect(found.at(-1)?.kinds).toContain('last');
    expect(existsSync(path.join(job.runDirectory, 'checkpoints', `step-${String(last).padStart(8, '0')}`))).toBe(false);
    expect(await kernelOf(path.join(job.runDirectory, starred.path))).toEqual(kernel);
    expect(await checkpointPrefix(job.runDirectory, 'last')).toContain(`step-${String(3 * BEST).padStart(8, '0')}`);

    await unstarCheckpoint(job.runDirectory, last);
    expect((await listCheckpoints(job.runDirectory)).map(({ step }) => step)).not.toContain(last);
    expect(existsSync(data)).toBe(false);
  });

  it('lose a star and stay as the last or the best one', async () => {
    const { job, last } = await stopped();
    expect((await starCheckpoint(job.runDirectory, 'best')).step).toBe(BEST);
    expect((await starCheckpoint(job.runDirectory, { step: BEST })).kinds).toEqual(['best', 'starred']);
    await unstarCheckpoint(job.runDirectory, BEST);
    expect(kept(await listCheckpoints(job.runDirectory))).toEqual([
      [BEST, 'best'],
      [last, 'last'],
    ]);
    await kernelOf(path.dirname(await checkpointPrefix(job.runDirectory, 'best')));
  });

  it('that are not there are refused, and those that are named', async () => {
    const { job, last } = await stopped();
    await expectError(
      () => starCheckpoint(job.runDirectory, { step: 4 }),
      'training.checkpoint',
      `asked for one of step 4, found steps ${BEST}, ${last}`,
    );
    await expectError(
      () => unstarCheckpoint(job.runDirectory, last),
      'training.checkpoint',
      `asked for step ${last}, found none`,
    );
    await expectError(() => starCheckpoint(path.join(root, 'none'), 'best'), 'training.checkpoint', 'is not there');
  });

  it('that were left half starred by a kill are starred anew', async () => {
    const { job, last } = await stopped();
    const aside = path.join(job.runDirectory, 'checkpoints', 'starred', `step-${String(last).padStart(8, '0')}.part`);
    mkdirSync(aside, { recursive: true });
    writeFileSync(path.join(aside, 'checkpoint.index'), 'half');
    expect((await listCheckpoints(job.runDirectory)).flatMap(({ kinds }) => kinds)).not.toContain('starred');
    const starred = await starCheckpoint(job.runDirectory, 'last');
    await kernelOf(path.join(job.runDirectory, starred.path));
    expect(existsSync(aside)).toBe(false);
  });
});

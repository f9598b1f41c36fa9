import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createService, type Service } from '../../../src/engine/service/create-service.ts';
import { openLog, runDirectory } from '../../../src/engine/experiment/log.ts';
import { createRun } from '../../../src/engine/experiment/new-run.ts';
import { setStatus } from '../../../src/engine/experiment/run-life.ts';
import { releaseTrainerLock } from '../../../src/engine/experiment/trainer-lock.ts';
import type { ImageReference, Prediction } from '../../../src/shared/contract/endpoint.ts';
import { expectError } from '../../support/expect-error.ts';
import { smallPng, writeFiles } from '../../support/pattern-image.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { samplePlan } from '../../support/training-plan.ts';

const home = temporaryFolder();
const service: Service = createService({
  home,
  cache: path.join(home, 'cache'),
  entries: { predictor: path.join(import.meta.dirname, '../../support/processes/scripted-predictor.ts') },
});
afterAll(() => service.close());

/** A run that has ended with a best checkpoint at that step. */
function runWithCheckpoint(step: string): string {
  const log = openLog(home);
  const runId = createRun(log, samplePlan(), null);
  setStatus(log, runId, 'stopped');
  releaseTrainerLock(log, runId);
  log.close();
  writeCheckpoint(runId, step);
  return runId;
}

function writeCheckpoint(runId: string, step: string): void {
  const folder = path.join(runDirectory(home, runId), 'checkpoints');
  mkdirSync(path.join(folder, step), { recursive: true });
  writeFileSync(path.join(folder, 'index.json'), JSON.stringify({ schemaVersion: 1, last: step, best: step }));
}

const runId = runWithCheckpoint('step-1');
const predict = async (images: readonly ImageReference[], of = runId): Promise<readonly Prediction[]> =>
  (await service.transport.invoke('predict', { runId: of, images: [...images], top: 1 })).predictions;
const processOf = ([prediction]: readonly Prediction[]): string => prediction?.classes[0]?.name ?? '';

const photos = await writeFiles(path.join(home, 'photos'), {
  'b.png': smallPng(1),
  'B.png': smallPng(2),
  'deep/a.png': smallPng(3),
  'without-ending': smallPng(4),
  'notes.txt': 'no image',
  '.hidden.png': smallPng(5),
});

describe('predicting', () => {
  it('takes paths as they were given', async () => {
    const file = path.join(photos, 'b.png');
    expect(await predict([file])).toMatchObject([{ path: file, imageId: null, problem: null }]);
  });

  it('takes a granted file, which can be looked at then', async () => {
    const { grantId } = await service.grant(path.join(photos, 'b.png'));
    const [found] = await predict([{ grantId }]);
    expect(found).toMatchObject({ path: 'b.png', problem: null });
    const imageId = found?.imageId ?? '';
    expect(await service.transport.invoke('image.bytes', { imageId, size: 64 })).toMatchObject({
      width: 16,
      height: 12,
    });
  });

  it('takes all images of a granted folder, by code point, each with an id of its own', async () => {
    const { grantId } = await service.grant(photos);
    const found = await predict([{ grantId }]);
    expect(found.map((prediction) => prediction.path)).toEqual(['B.png', 'b.png', 'deep/a.png', 'without-ending']);
    for (const { imageId } of found) {
      await service.transport.invoke('image.bytes', { imageId: imageId ?? '', size: 64 });
    }
  });

  it('takes images of an opened dataset, and says of one that has gone what is wrong with it', async () => {
    const folder = await writeFiles(path.join(home, 'pets'), {
      'cat/1.png': smallPng(11),
      'cat/2.png': smallPng(12),
      'dog/1.png': smallPng(13),
      'dog/2.png': smallPng(14),
    });
    const { datasetId } = await service.transport.invoke('dataset.open', { dataset: { kind: 'folder', path: folder } });
    const { images } = await service.transport.invoke('dataset.images', { datasetId, offset: 0, limit: 9 });
    rmSync(path.join(folder, 'cat/2.png'));
    const found = await predict(images.map(({ imageId }) => ({ imageId })));
    expect(found.map((prediction) => prediction.imageId)).toEqual(images.map(({ imageId }) => imageId));
    expect(found.map(({ problem }) => problem === null)).toEqual([true, false, true, true]);
    expect(found.map(({ classes }) => classes.length)).toEqual([1, 0, 1, 1]);
    expect(found[1]?.problem).toContain('gone');
    expect(found[2]?.path).toBe('dog/1.png');
  });

  it('refuses what was not granted, a folder without images, and a run without a checkpoint', async () => {
    await expectError(() => predict([{ grantId: 'nope' }]), 'file.notGranted');
    await expectError(() => predict([{ imageId: 'nope' }]), 'file.notGranted');
    mkdirSync(path.join(home, 'empty'));
    const { grantId } = await service.grant(path.join(home, 'empty'));
    await expectError(() => predict([{ grantId }]), 'dataset.empty', 'has images in it');
    const bare = runWithCheckpoint('step-1');
    rmSync(runDirectory(home, bare), { recursive: true });
    await expectError(() => predict(['a.png'], bare), 'training.checkpoint');
  });
});

describe('a predictor', () => {
  it('stays for the next images of its run, and goes when another run or checkpoint is asked', async () => {
    const first = processOf(await predict(['a.png']));
    const [second, third] = await Promise.all([predict(['a.png']), predict(['b.png'])]);
    expect([processOf(second), processOf(third)]).toEqual([first, first]);
    const other = processOf(await predict(['a.png'], runWithCheckpoint('step-1')));
    expect(other).not.toBe(first);
    const again = processOf(await predict(['a.png']));
    writeCheckpoint(runId, 'step-2');
    expect(processOf(await predict(['a.png']))).not.toBe(again);
    expect(again).not.toBe(other);
  });

  it('at work for one run is not disturbed by another', async () => {
    const other = runWithCheckpoint('step-1');
    const found = await Promise.all([predict(['a.png']), predict(['a.png'], other), predict(['a.png'])]);
    expect(found.map((predictions) => predictions.length)).toEqual([1, 1, 1]);
  });

  it('that dies is told with how it ended, and the next begins anew', async () => {
    const first = processOf(await predict(['a.png']));
    await expectError(() => predict(['die.png']), 'training.process', 'exit code 3');
    expect(processOf(await predict(['a.png']))).not.toBe(first);
  });

  it('that refuses is not asked again', async () => {
    const first = processOf(await predict(['a.png']));
    await expectError(() => predict(['fail.png']), 'training.checkpoint', 'No such checkpoint.');
    expect(processOf(await predict(['a.png']))).not.toBe(first);
  });

  it('ends with the service', async () => {
    const pid = Number(processOf(await predict(['a.png'])).replace('process ', ''));
    expect(process.kill(pid, 0)).toBe(true);
    await service.close();
    await expect.poll(() => isRunning(pid)).toBe(false);
  });
});

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

import { readdirSync, renameSync, symlinkSync, unlinkSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createService, type Service } from '../../src/engine/service/create-service.ts';
import { runResult, type RunResult } from '../../src/shared/contract/run.ts';
import { expectError } from '../support/expect-error.ts';
import { smallDisk, whyNoSmallDisk } from '../support/small-disk.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { thaw } from '../support/thaw-command.ts';
import { writeTinyDataset } from '../support/tiny-dataset.ts';

const root = temporaryFolder();
const home = path.join(root, 'home');
const noDisk = whyNoSmallDisk();
let service: Service;
let staged: RunResult;

async function trained(...parameters: string[]): Promise<RunResult> {
  const { code, stdout, stderr } = await thaw(
    ['train', '--dataset', 'stripes', '--batch', '4', ...parameters, '--json'],
    { home, cwd: root },
  );
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return runResult.parse(JSON.parse(stdout));
}

beforeAll(async () => {
  await writeTinyDataset(path.join(root, 'stripes'), { train: 6, val: 4 });
  staged = await trained('--head', 'sigmoid', '--gradual-unfreezing', '1', '--epochs', '1');
  service = createService({ home, cache: path.join(root, 'cache') });
}, 120_000);
afterAll(() => service.close());

const evaluationFiles = (): string[] => readdirSync(path.join(home, 'runs', staged.runId, 'evaluation')).sort();

/** What an evaluation of the last checkpoint says beside what its epoch said. */
async function expectAsTrained({ runId, history }: RunResult): Promise<void> {
  const last = history.at(-1);
  const report = await service.transport.invoke('evaluations.run', { runId, checkpoint: 'last' });
  expect(report).toMatchObject({ images: 8, epoch: last?.epoch, split: 'validation', kept: true });
  expect(report.accuracy).toBeCloseTo(last?.val_accuracy ?? NaN, 6);
  expect(report.loss).toBeCloseTo(last?.val_loss ?? NaN, 4);
  expect(report.classes.map(({ images }) => images)).toEqual([4, 4]);
}

describe('an evaluation', () => {
  it('says of one sigmoid unit and of a later stage what training said of them', async () => {
    expect(staged.history.length).toBeGreaterThan(1);
    await expectAsTrained(staged);
  });

  it('takes the pixels where nothing of the network is frozen', async () => {
    const flags = ['--strategy', 'scratch', '--network', 'mobilenet_v1_0.25_32', '--epochs', '1'];
    await expectAsTrained(await trained(...flags));
  });

  it('that is cancelled leaves nothing behind', async () => {
    const { runId } = staged;
    const before = [evaluationFiles(), await service.transport.invoke('evaluations.list', { runId })];
    const end = service.transport.subscribe('task', ({ taskId }) => {
      void service.transport.invoke('task.cancel', { taskId });
    });
    const on = { kind: 'split', split: 'train' } as const;
    await expectError(
      () => service.transport.invoke('evaluations.run', { runId, on, taskId: 'evaluating' }),
      'task.cancelled',
    );
    end();
    expect([evaluationFiles(), await service.transport.invoke('evaluations.list', { runId })]).toEqual(before);
  });

  it.skipIf(noDisk !== null)('that finds no room keeps what there was', async () => {
    const { runId } = staged;
    const before = await service.transport.invoke('evaluations.list', { runId });
    const folder = path.join(home, 'runs', runId, 'evaluation');
    const disk = smallDisk(path.join(root, 'small'), 'size=4k');
    renameSync(folder, `${folder}-aside`);
    symlinkSync(disk.folder, folder);
    try {
      await expectError(() => service.transport.invoke('evaluations.run', { runId, checkpoint: 'last' }), 'disk.full');
      expect(readdirSync(disk.folder)).toEqual([]);
    } finally {
      unlinkSync(folder);
      renameSync(`${folder}-aside`, folder);
    }
    expect(await service.transport.invoke('evaluations.list', { runId })).toEqual(before);
  });
});

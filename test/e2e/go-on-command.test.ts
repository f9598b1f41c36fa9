import path from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { runBegun } from '../../src/shared/contract/begin-run.ts';
import { runDetail, runResult, type RunResult } from '../../src/shared/contract/run.ts';
import { epochsLogged, trainerProcess } from '../support/run-log.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { startThaw, thaw, type CommandResult } from '../support/thaw-command.ts';
import { computed } from '../support/training-job.ts';
import { writeTinyDataset } from '../support/tiny-dataset.ts';

const root = temporaryFolder();
const home = path.join(root, 'home');
const PLAN = ['--network', 'mobilenet_v1_0.25_32', '--strategy', 'scratch', '--batch', '6', '--dataset', 'stripes'];
const PATIENCE = { timeout: 120_000, interval: 20 };
let first: RunResult;

function command(...parameters: string[]): Promise<CommandResult> {
  return thaw(parameters, { home, cwd: root });
}

async function result(...parameters: string[]): Promise<RunResult> {
  const { code, stdout, stderr } = await command(...parameters, '--json');
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return runResult.parse(JSON.parse(stdout));
}

beforeAll(async () => {
  await writeTinyDataset(path.join(root, 'stripes'), { train: 6, val: 3 });
  first = await result('train', ...PLAN, '--epochs', '2');
});

it('continues a run for more epochs, and repeats it to the last bit', async () => {
  const continued = await result('runs', 'continue', first.runId, '--epochs', '1');
  expect(continued.history).toHaveLength(3);
  expect(computed(continued.history.slice(0, 2))).toEqual(computed(first.history));
  const repeated = await result('runs', 'repeat', first.runId);
  expect(computed(repeated.history)).toEqual(computed(first.history));
  expect(repeated.runId).not.toBe(first.runId);
});

it('branches off a checkpoint under another plan, now or when its turn comes', async () => {
  const mask = ['--freeze', 'conv1', '--epochs', '1'];
  const { stdout } = await command('runs', 'branch', `${first.runId}@best`, ...mask, '--queue', '--json');
  const waiting = runBegun.parse(JSON.parse(stdout));
  expect(waiting.plan).toMatchObject({ epochs: 1, batchSize: 6, rules: [{ action: 'freeze', pattern: 'conv1' }] });
  const now = await result('runs', 'branch', `${first.runId}@best`, ...mask);
  expect(now).toMatchObject({ status: 'finished', frozenUnchanged: true, history: { length: 1 } });
  expect((await command('queue', 'run')).code).toBe(0);
  const later = runDetail.parse(JSON.parse((await command('runs', 'show', waiting.runId, '--json')).stdout));
  expect(computed(later.result.history)).toEqual(computed(now.history));
  expect(later.parentRunId).toBe(first.runId);
});

it('discards an interrupted run, which can be restored, and no other', async () => {
  const refused = await command('runs', 'discard', first.runId);
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain(`run '${first.runId}' is finished`);
  const other = path.join(root, 'interrupted');
  const running = startThaw(['train', ...PLAN, '--epochs', '400'], { home: other, cwd: root });
  await expect.poll(() => epochsLogged(other), PATIENCE).toBeGreaterThan(0);
  const trainer = trainerProcess(other);
  if (trainer !== null) process.kill(trainer, 'SIGKILL');
  await running.done;
  const list = async (): Promise<{ runId: string }[]> => {
    const listed = await thaw(['runs', 'list', '--json'], { home: other, cwd: root });
    return JSON.parse(listed.stdout) as { runId: string }[];
  };
  const [run] = await list();
  const runId = run?.runId ?? '';
  expect((await thaw(['runs', 'discard', runId], { home: other, cwd: root })).code).toBe(0);
  expect(await list()).toEqual([]);
  expect((await thaw(['runs', 'restore', runId], { home: other, cwd: root })).code).toBe(0);
  expect(await list()).toMatchObject([{ runId }]);
});

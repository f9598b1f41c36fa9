import { readdirSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  runDetail,
  runResult,
  type EpochMetrics,
  type RunDetail,
  type RunResult,
} from '../../src/shared/contract/run.ts';
import { damage, epochsLogged, trainerProcess } from '../support/run-log.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { startThaw, thaw, type CommandResult, type RunningCommand } from '../support/thaw-command.ts';
import { writeTinyDataset } from '../support/tiny-dataset.ts';

const root = temporaryFolder();
/** Enough that a run is still at work whenever a busy machine gets round to killing it. */
const EPOCHS = 400;
const ARGUMENTS = [
  ...['train', '--network', 'mobilenet_v1_0.25_32', '--strategy', 'scratch', '--dataset', 'stripes'],
  ...['--batch', '6', '--epochs', String(EPOCHS), '--json'],
];
const PATIENCE = { timeout: 120_000, interval: 20 };
let homes = 0;

beforeAll(async () => {
  await writeTinyDataset(path.join(root, 'stripes'), { train: 6, val: 3 });
});

/** A workspace of its own, with a run that has done some epochs. */
async function begin(): Promise<{ readonly home: string; readonly running: RunningCommand; readonly trainer: number }> {
  const home = path.join(root, `home-${++homes}`);
  const running = startThaw(ARGUMENTS, { home, cwd: root });
  await expect.poll(running.errors, PATIENCE).toMatch(new RegExp(` 5/${EPOCHS} `));
  await expect.poll(() => epochsLogged(home), PATIENCE).toBeGreaterThan(0);
  const trainer = trainerProcess(home);
  if (trainer === null) throw new Error('No trainer is noted in the log.');
  return { home, running, trainer };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function command(home: string, ...parameters: string[]): Promise<CommandResult> {
  return thaw(parameters, { home, cwd: root });
}

async function show(home: string, runId: string): Promise<RunDetail> {
  return runDetail.parse(JSON.parse((await command(home, 'runs', 'show', runId, '--json')).stdout));
}

/** The only run of a workspace. */
async function onlyRun(home: string): Promise<string> {
  const listed = JSON.parse((await command(home, 'runs', 'list', '--json')).stdout) as { runId: string }[];
  expect(listed).toHaveLength(1);
  return listed[0]?.runId ?? '';
}

/** What an epoch computed, the time that it took apart. */
function values({ epoch, loss, accuracy, val_loss, val_accuracy }: EpochMetrics): (number | null)[] {
  return [epoch, loss, accuracy, val_loss, val_accuracy];
}

/** Resumes a run to its end and holds it against what it had done before. */
async function resumeToTheEnd(home: string, before: RunDetail): Promise<RunResult> {
  const { runId } = before.summary;
  const { code, stdout, stderr } = await command(home, 'runs', 'resume', runId, '--json');
  expect({ code, stderr }).toMatchObject({ code: 0 });
  const result = runResult.parse(JSON.parse(stdout));
  expect(result).toMatchObject({ runId, status: 'finished', frozenUnchanged: true, error: null });
  expect(result.history.map(({ epoch }) => epoch)).toEqual(Array.from({ length: EPOCHS }, (_, index) => index + 1));
  const { history } = before.result;
  expect(history.length).toBeGreaterThan(0);
  // Also the epochs that were done again came out as before.
  expect(result.history.slice(0, history.length).map(values)).toEqual(history.map(values));
  const accuracies = result.history.map(({ val_accuracy }) => val_accuracy ?? NaN);
  expect(result.bestValAccuracy).toBe(Math.max(...accuracies));
  expect(result.history.find(({ epoch }) => epoch === result.bestEpoch)?.val_accuracy).toBe(result.bestValAccuracy);
  expect(damage(home)).toEqual([]);
  expect(readdirSync(path.join(home, 'runs', runId, 'checkpoints')).filter((name) => name.includes('.part'))).toEqual(
    [],
  );
  return result;
}

describe('a run that is cut short', () => {
  it('goes on after its trainer was killed', async () => {
    const { home, running, trainer } = await begin();
    process.kill(trainer, 'SIGKILL');
    const { code, stdout, stderr } = await running.done;
    expect(code).toBe(1);
    expect(stderr).not.toMatch(/\n\s+at /);
    const result = runResult.parse(JSON.parse(stdout));
    expect(result).toMatchObject({ status: 'interrupted', error: { code: 'training.process' } });
    expect(result.error?.message).toContain('SIGKILL');
    expect(result.error?.hint).toContain(`thaw runs resume ${result.runId}`);
    expect(damage(home)).toEqual([]);
    await resumeToTheEnd(home, await show(home, result.runId));
  });

  it('goes on after the command was killed, whose trainer ended by itself with a checkpoint', async () => {
    const { home, running, trainer } = await begin();
    running.child.kill('SIGKILL');
    await running.done;
    await expect.poll(() => isAlive(trainer), PATIENCE).toBe(false);
    const runId = await onlyRun(home);
    const before = await show(home, runId);
    expect(before.result).toMatchObject({ status: 'interrupted', error: { code: 'training.process' } });
    expect(before.result.error?.hint).toContain(`thaw runs resume ${runId}`);
    expect(damage(home)).toEqual([]);
    await resumeToTheEnd(home, before);
  });

  it('stops at Ctrl+C, keeps its place from others until then, and goes on', async () => {
    const { home, running } = await begin();
    const runId = await onlyRun(home);
    const refused = await command(home, ...ARGUMENTS);
    expect(refused.code).toBe(1);
    const { error } = JSON.parse(refused.stdout) as { error: { code: string; message: string } };
    expect(error.code).toBe('run.busy');
    expect(error.message).toContain(runId);
    await onlyRun(home);

    running.child.kill('SIGINT');
    const { code, stdout } = await running.done;
    expect(code).toBe(130);
    const result = runResult.parse(JSON.parse(stdout));
    expect(result).toMatchObject({ runId, status: 'stopped', frozenUnchanged: true, error: null });
    await resumeToTheEnd(home, await show(home, runId));
  });
});

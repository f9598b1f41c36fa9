import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import type { RunList, RunRow } from '../../src/shared/contract/run-list.ts';
import { openLog, runDirectory, type Log } from '../../src/engine/experiment/log.ts';
import { createRun, insertRun } from '../../src/engine/experiment/new-run.ts';
import { setStatus } from '../../src/engine/experiment/run-life.ts';
import { releaseTrainerLock } from '../../src/engine/experiment/trainer-lock.ts';
import { createService } from '../../src/engine/service/create-service.ts';
import { killHard, nextMessage, startProcess } from '../support/child.ts';
import { damage, loggedSteps } from '../support/run-log.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { thaw, type CommandResult } from '../support/thaw-command.ts';
import { samplePlan } from '../support/training-plan.ts';

function command(home: string): (...parameters: string[]) => Promise<CommandResult> {
  return (...parameters) => thaw(['runs', ...parameters], { home });
}

/** A workspace with a run that has ended. */
function begin(): { home: string; runId: string } {
  const home = temporaryFolder();
  const log = openLog(home);
  const runId = createRun(log, samplePlan(), null);
  setStatus(log, runId, 'running');
  setStatus(log, runId, 'finished');
  releaseTrainerLock(log, runId);
  log.close();
  mkdirSync(runDirectory(home, runId), { recursive: true });
  return { home, runId };
}

/** So many runs that have ended. */
function writeRuns(log: Log, count: number): string[] {
  return log.write('write the runs', (database) => {
    const ids = Array.from({ length: count }, () =>
      insertRun(database, { plan: samplePlan(), origin: null, group: null }),
    );
    database.exec("UPDATE run SET status = 'finished', ended_at = created_at WHERE status = 'queued'");
    return ids;
  });
}

async function runsOf(home: string, shelf: 'active' | 'archived' | 'trash' = 'active'): Promise<RunRow[]> {
  const service = createService({ home, cache: path.join(home, 'cache') });
  try {
    const list: RunList = await service.transport.invoke('runs.list', { shelf });
    return list.runs;
  } finally {
    await service.close();
  }
}

it('thaw runs tag, untag, note, rename and star --run change a run, and say so', async () => {
  const { home, runId } = begin();
  const runs = command(home);
  expect((await runs('tag', runId, 'baseline', 'second try')).stdout).toBe(
    `Tagged with baseline, second try: run ${runId}.\n`,
  );
  expect((await runs('untag', runId, 'baseline')).code).toBe(0);
  expect((await runs('note', runId, 'Forgot to shuffle.')).code).toBe(0);
  expect((await runs('rename', runId, 'first light')).code).toBe(0);
  expect((await runs('star', runId, '--run')).stdout).toBe(`Starred run ${runId}.\n`);
  expect(await runsOf(home)).toMatchObject([
    { runId, name: 'first light', tags: ['second try'], note: 'Forgot to shuffle.', starred: true },
  ]);
  expect((await runs('unstar', runId, '--run')).code).toBe(0);
  expect(await runsOf(home)).toMatchObject([{ starred: false }]);
  const unnamed = await runs('unstar', runId);
  expect(unnamed.code).toBe(2);
  expect(unnamed.stderr).toContain('--step');
  const json = await runs('note', runId, '', '--json');
  expect(JSON.parse(json.stdout)).toEqual({ runIds: [runId], change: { note: '' } });
  const unknown = await runs('tag', 'nobody', 'baseline');
  expect(unknown.code).toBe(1);
  expect(unknown.stderr).toContain("no run 'nobody'");
});

it('thaw runs archive, delete and restore move a run, and empty-trash deletes only when told --yes', async () => {
  const { home, runId } = begin();
  const runs = command(home);
  expect((await runs('archive', runId)).stdout).toBe(`Archived run ${runId}.\n`);
  expect(await runsOf(home, 'archived')).toHaveLength(1);
  await runs('unarchive', runId);
  const deleted = await runs('delete', runId);
  expect(deleted.stdout).toContain(`Undo: thaw runs restore ${runId}`);
  expect(await runsOf(home)).toEqual([]);
  await runs('restore', runId);
  expect(await runsOf(home)).toHaveLength(1);
  await runs('delete', runId);
  expect((await runs('empty-trash')).stdout).toContain(runId);
  expect((await runs('empty-trash', '--json')).code).toBe(2);
  expect(await runsOf(home, 'trash')).toHaveLength(1);
  expect((await runs('empty-trash', '--yes')).stdout).toContain(`Deleted run ${runId}`);
  expect(await runsOf(home, 'trash')).toEqual([]);
  expect(existsSync(runDirectory(home, runId))).toBe(false);
});

it('thaw runs empty-trash of one run names that run alone, also in what it advises', async () => {
  const { home, runId } = begin();
  const log = openLog(home);
  const [other, kept] = [writeRuns(log, 1), writeRuns(log, 1)].flat();
  log.close();
  const runs = command(home);
  await runs('delete', runId, other ?? '');
  const advice = (await runs('empty-trash', runId)).stdout;
  expect(advice).not.toContain(other);
  expect(advice).toContain(`Delete it for good: thaw runs empty-trash ${runId} --yes\n`);
  for (const yes of [[], ['--yes']]) {
    const unknown = await runs('empty-trash', runId, 'nobody', ...yes);
    expect(unknown).toMatchObject({ code: 1, stdout: '' });
    expect(unknown.stderr).toContain("no run 'nobody'");
    const elsewhere = await runs('empty-trash', runId, kept ?? '', ...yes);
    expect(elsewhere).toMatchObject({ code: 1, stdout: '' });
    expect(elsewhere.stderr).toContain(`run '${kept}' is not in it`);
  }
  const told = /thaw runs (empty-trash .*)$/m.exec(advice)?.[1]?.split(' ') ?? [];
  expect((await runs(...told)).stdout).toContain(`Deleted run ${runId}`);
  expect((await runsOf(home, 'trash')).map((run) => run.runId)).toEqual([other]);
});

it('thaw runs list --json and empty-trash tell of every run, however many there are', async () => {
  const home = temporaryFolder();
  const log = openLog(home);
  const ids = writeRuns(log, 1003);
  log.close();
  const runs = command(home);
  const listed = JSON.parse((await runs('list', '--json')).stdout) as RunRow[];
  expect(new Set(listed.map(({ runId }) => runId))).toEqual(new Set(ids));
  expect(JSON.parse((await runs('list', '--json', '--limit', '2')).stdout)).toHaveLength(2);
  expect((await runs('list')).stdout).toContain('1,000 of 1,003 runs');
  const again = openLog(home);
  again.write('throw them away', (database) => database.exec('UPDATE run SET trashed_at = 1'));
  again.close();
  const trash = (await runs('empty-trash')).stdout;
  expect(ids.filter((id) => !trash.includes(id))).toEqual([]);
});

it('several command lines change runs while another process trains, and none loses anything', async () => {
  const { home, runId } = begin();
  const trainer = startProcess('run-and-append', [home]);
  const { runId: training } = (await nextMessage(trainer)) as { runId: string };
  const runs = command(home);
  const tags = ['a', 'b', 'c'];
  const results = await Promise.all(
    tags.flatMap((tag) => [runs('tag', runId, tag), runs('tag', training, tag)]).concat(runs('note', training, 'n')),
  );
  expect(results.map(({ code, stderr }) => ({ code, stderr }))).toEqual(results.map(() => ({ code: 0, stderr: '' })));
  await expect.poll(() => loggedSteps(home, training).length, { timeout: 20_000 }).toBeGreaterThan(0);
  const listed = await runsOf(home);
  expect(listed.find((run) => run.runId === runId)).toMatchObject({ tags });
  expect(listed.find((run) => run.runId === training)).toMatchObject({ tags, note: 'n', status: 'running' });
  await killHard(trainer);
  const steps = loggedSteps(home, training);
  expect(steps).toEqual(steps.map((_, index) => index + 1));
  expect(damage(home)).toEqual([]);
});

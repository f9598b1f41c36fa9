import { existsSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunsEvent } from '../../../src/shared/contract/run-edit.ts';
import { MOST_TAGS } from '../../../src/shared/contract/run-edit.ts';
import type { RunRow, RunShelf } from '../../../src/shared/contract/run-list.ts';
import type { RunStatus } from '../../../src/shared/contract/run.ts';
import { openLog, runDirectory, type Log } from '../../../src/engine/experiment/log.ts';
import { createRun } from '../../../src/engine/experiment/new-run.ts';
import { cancelWaiting, enqueueRun } from '../../../src/engine/experiment/queue.ts';
import { setStatus } from '../../../src/engine/experiment/run-life.ts';
import type { RunOrigin } from '../../../src/engine/experiment/run-origin.ts';
import { releaseTrainerLock } from '../../../src/engine/experiment/trainer-lock.ts';
import { createService, type Service } from '../../../src/engine/service/create-service.ts';
import { damage } from '../../support/run-log.ts';
import { expectError } from '../../support/expect-error.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { samplePlan } from '../../support/training-plan.ts';

let home = '';
let log: Log;
let service: Service;
beforeEach(() => {
  home = temporaryFolder();
  // As another process has it.
  log = openLog(home);
  service = createService({ home, cache: path.join(home, 'cache') });
});
afterEach(async () => {
  await service.close();
  log.close();
});

/** A run with a file of 1000 bytes. */
function newRun(status: RunStatus = 'finished'): string {
  const runId = createRun(log, samplePlan(), null);
  if (status !== 'queued') setStatus(log, runId, 'running');
  if (status !== 'queued' && status !== 'running') setStatus(log, runId, status);
  releaseTrainerLock(log, runId);
  mkdirSync(runDirectory(home, runId), { recursive: true });
  writeFileSync(path.join(runDirectory(home, runId), 'checkpoint'), Buffer.alloc(1000));
  return runId;
}

function endedFrom(origin: RunOrigin | null): string {
  const runId = createRun(log, samplePlan(), origin);
  setStatus(log, runId, 'running');
  setStatus(log, runId, 'finished');
  releaseTrainerLock(log, runId);
  return runId;
}

async function shelf(name: RunShelf): Promise<RunRow[]> {
  return (await service.transport.invoke('runs.list', { shelf: name })).runs;
}

async function row(runId: string, on: RunShelf = 'active'): Promise<RunRow | undefined> {
  return (await shelf(on)).find((run) => run.runId === runId);
}

describe('runs.edit', () => {
  it('changes what is given of each run, and leaves the rest', async () => {
    const [first, second, other] = [newRun(), newRun('failed'), newRun()];
    const edit = (change: object): Promise<unknown> =>
      service.transport.invoke('runs.edit', { runIds: [first, second, first], change });
    await edit({ starred: true, note: 'two\nlines', addTags: ['baseline', '  spaced out  ', 'e\u0301'] });
    await edit({ name: ' renamed ', removeTags: ['baseline', 'never there'] });
    for (const runId of [first, second]) {
      expect(await row(runId)).toMatchObject({
        name: 'renamed',
        starred: true,
        note: 'two\nlines',
        tags: ['spaced out', '\u00e9'],
        archivedAt: null,
      });
    }
    expect(await row(other)).toMatchObject({ starred: false, note: '', tags: [] });
    await edit({ archived: true });
    expect((await shelf('archived')).map(({ runId }) => runId).toSorted()).toEqual([first, second].toSorted());
    expect(await row(first)).toBeUndefined();
    await edit({ archived: false, starred: false, note: '' });
    expect(await row(first)).toMatchObject({ starred: false, note: '', archivedAt: null, name: 'renamed' });
  });

  it('says when a run was archived first, though it is archived again', async () => {
    const runId = newRun();
    const archive = { runIds: [runId], change: { archived: true } };
    await service.transport.invoke('runs.edit', archive);
    log.write('wind', (database) => database.exec('UPDATE run SET archived_at = 1'));
    await service.transport.invoke('runs.edit', archive);
    expect(await row(runId, 'archived')).toMatchObject({ archivedAt: 1 });
  });

  it.each([
    ['an empty name', { name: '  ' }],
    ['a name of several lines', { name: 'a\nb' }],
    ['too long a name', { name: 'n'.repeat(201) }],
    ['too long a tag', { addTags: ['t'.repeat(65)] }],
    ['a tag that would steer a terminal', { addTags: ['\u001b[31m'] }],
    ['too long a note', { note: 'n'.repeat(20_001) }],
  ])('refuses %s', async (_, change) => {
    const runId = newRun();
    await expectError(() => service.transport.invoke('runs.edit', { runIds: [runId], change }), 'usage.invalid');
  });

  it('changes none where one is unknown or would have too many tags', async () => {
    const [one, two] = [newRun(), newRun()];
    const edit = (runIds: string[], change: object): Promise<unknown> =>
      service.transport.invoke('runs.edit', { runIds, change });
    await expectError(() => edit([one, 'nobody'], { starred: true }), 'run.unknown', 'nobody');
    const many = Array.from({ length: MOST_TAGS }, (_, index) => `tag ${index}`);
    await edit([two], { addTags: many });
    await expectError(() => edit([one, two], { addTags: ['one more'] }), 'usage.invalid', two, `${MOST_TAGS + 1}`);
    expect(await row(one)).toMatchObject({ starred: false, tags: [] });
    expect((await row(two))?.tags).toHaveLength(MOST_TAGS);
  });
});

describe('the trash', () => {
  it('holds runs as they were until they are restored', async () => {
    const [thrown, kept] = [newRun(), newRun()];
    await service.transport.invoke('runs.edit', { runIds: [thrown], change: { addTags: ['a'], note: 'n' } });
    const before = await row(thrown);
    await service.transport.invoke('runs.trash', { runIds: [thrown] });
    expect((await shelf('active')).map(({ runId }) => runId)).toEqual([kept]);
    expect((await row(thrown, 'trash'))?.trashedAt).not.toBeNull();
    await service.transport.invoke('runs.restore', { runIds: [thrown] });
    expect(await row(thrown)).toEqual(before);
  });

  it.each(['queued', 'running'] as const)('takes no run that is %s, nor any with it', async (status) => {
    const [ended, busy] = [newRun(), newRun(status)];
    const trash = (): Promise<unknown> => service.transport.invoke('runs.trash', { runIds: [ended, busy] });
    await expectError(trash, 'run.state', busy, status);
    expect(await shelf('trash')).toEqual([]);
  });

  it('is emptied of rows and files, and says how much room that made', async () => {
    const [first, second, kept] = [newRun(), newRun('interrupted'), newRun()];
    await service.transport.invoke('runs.trash', { runIds: [first, second] });
    expect(await service.transport.invoke('runs.weighTrash', {})).toEqual({ runs: 2, bytes: 2000 });
    const emptied = await service.transport.invoke('runs.emptyTrash', {});
    expect(emptied).toEqual({ removed: [first, second], bytes: 2000, problems: [] });
    expect(readdirSync(path.join(home, 'runs'))).toEqual([kept]);
    await expectError(() => service.transport.invoke('runs.show', { runId: first }), 'run.unknown');
    expect(damage(home)).toEqual([]);
    expect(await service.transport.invoke('runs.emptyTrash', {})).toEqual({ removed: [], bytes: 0, problems: [] });
  });

  it('is emptied of some of it', async () => {
    const [first, second] = [newRun(), newRun()];
    await service.transport.invoke('runs.trash', { runIds: [first, second] });
    const { removed } = await service.transport.invoke('runs.emptyTrash', { runIds: [second] });
    expect(removed).toEqual([second]);
    expect((await shelf('trash')).map(({ runId }) => runId)).toEqual([first]);
  });

  it('lets go of a run whose folder was deleted by hand', async () => {
    const runId = newRun();
    renameSync(runDirectory(home, runId), path.join(home, 'elsewhere'));
    await service.transport.invoke('runs.trash', { runIds: [runId] });
    const emptied = await service.transport.invoke('runs.emptyTrash', {});
    expect(emptied).toEqual({ removed: [runId], bytes: 0, problems: [] });
  });

  it('keeps a run, row and files, that another at work begins from, and says so', async () => {
    const parent = newRun();
    await service.transport.invoke('runs.trash', { runIds: [parent] });
    const child = newRun('running');
    log.write('relate', (database) =>
      database.prepare('UPDATE run SET parent = (SELECT number FROM run WHERE id = ?) WHERE id = ?').run(parent, child),
    );
    const { removed, problems } = await service.transport.invoke('runs.emptyTrash', {});
    expect(removed).toEqual([]);
    expect(problems).toMatchObject([{ runId: parent }]);
    expect(problems[0]?.problem).toContain(child);
    expect(await row(parent, 'trash')).toBeDefined();
    expect(existsSync(path.join(runDirectory(home, parent), 'checkpoint'))).toBe(true);
  });

  it.each([
    [
      'repeats one that branched off it',
      (needed: string): string => {
        const branched = endedFrom({ runId: needed, relation: 'branched', step: 1 });
        return enqueueRun(log, samplePlan(), { runId: branched, relation: 'repeated', step: null });
      },
    ],
    [
      'repeats a repeat of one that continues it',
      (needed: string): string => {
        const continued = endedFrom({ runId: needed, relation: 'continued', step: 1 });
        const repeated = endedFrom({ runId: continued, relation: 'repeated', step: null });
        return enqueueRun(log, samplePlan(), { runId: repeated, relation: 'repeated', step: null });
      },
    ],
    [
      'has it as its weights',
      (needed: string): string => {
        const other = endedFrom(null);
        const plan = samplePlan({ weights: { kind: 'run', runId: needed } });
        return enqueueRun(log, plan, { runId: other, relation: 'repeated', step: null });
      },
    ],
    [
      'has it as the weights of a part',
      (needed: string): string => {
        const parts = [{ kind: 'shipped' } as const, { kind: 'run', runId: needed } as const];
        return enqueueRun(log, samplePlan({ weights: { kind: 'fused', parts } }), null);
      },
    ],
    [
      'has its head',
      (needed: string): string => enqueueRun(log, samplePlan({ headWeights: { kind: 'run', runId: needed } }), null),
    ],
  ])('keeps a run while one waits that %s', async (_, needing) => {
    const [needed, other] = [newRun(), newRun()];
    const waiting = needing(needed);
    await service.transport.invoke('runs.trash', { runIds: [needed, other] });
    const { removed, problems } = await service.transport.invoke('runs.emptyTrash', {});
    expect(removed).toEqual([other]);
    expect(problems).toMatchObject([{ runId: needed }]);
    expect(problems[0]?.problem).toContain(waiting);
    cancelWaiting(log, [waiting]);
    expect((await service.transport.invoke('runs.emptyTrash', {})).removed).toEqual([needed]);
  });

  it('finishes what a process that was killed meanwhile left behind', async () => {
    const [going, gone] = [newRun(), newRun()];
    await service.transport.invoke('runs.trash', { runIds: [going, gone] });
    // Killed with the folder renamed: before its row was deleted, and after it was.
    for (const runId of [going, gone]) {
      renameSync(runDirectory(home, runId), path.join(home, 'runs', `.deleted-${runId}`));
    }
    log.write('delete', (database) => database.prepare('DELETE FROM run WHERE id = ?').run(gone));
    await service.transport.invoke('runs.restore', { runIds: [going] });
    expect(existsSync(path.join(runDirectory(home, going), 'checkpoint'))).toBe(true);
    expect(await service.transport.invoke('runs.emptyTrash', {})).toEqual({ removed: [], bytes: 1000, problems: [] });
    expect(readdirSync(path.join(home, 'runs'))).toEqual([going]);
  });
});

describe('the event runs', () => {
  async function listen(): Promise<RunsEvent[]> {
    const told: RunsEvent[] = [];
    await shelf('active');
    service.transport.subscribe('runs', (event) => told.push(event));
    return told;
  }

  it('tells at once what this engine changed', async () => {
    const runId = newRun();
    const told = await listen();
    await service.transport.invoke('runs.edit', { runIds: [runId], change: { starred: true } });
    expect(told).toEqual([{ change: 'list', runIds: [runId] }]);
    await service.transport.invoke('runs.trash', { runIds: [runId] });
    await service.transport.invoke('runs.emptyTrash', {});
    expect(told.slice(1)).toEqual([
      { change: 'list', runIds: [runId] },
      { change: 'list', runIds: [] },
    ]);
  });

  it('tells what another process changed, of the list and of the queue', async () => {
    const told = await listen();
    const runId = newRun();
    await expect.poll(() => told, { timeout: 20_000 }).toContainEqual({ change: 'list', runIds: [runId] });
    expect(told.every(({ change }) => change === 'list')).toBe(true);
    log.write('queue', (database) => database.exec("UPDATE run SET status = 'queued', queue_position = 1"));
    await expect.poll(() => told, { timeout: 20_000 }).toContainEqual({ change: 'queue', runIds: [runId] });
  });
});

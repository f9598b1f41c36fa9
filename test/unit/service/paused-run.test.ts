import path from 'node:path';
import Database from 'better-sqlite3';
import { beforeEach, describe, expect, it } from 'vitest';
import type { RunEvent } from '../../../src/shared/contract/event.ts';
import { logPath, openLog } from '../../../src/engine/experiment/log.ts';
import { expectError } from '../../support/expect-error.ts';
import { trainerProcess } from '../../support/run-log.ts';
import { scriptedService } from '../../support/scripted-service.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const root = temporaryFolder();
let home = '';
let homes = 0;
beforeEach(() => {
  home = path.join(root, `home-${++homes}`);
});

describe('a run that is paused', () => {
  function statuses(events: readonly RunEvent[]): string[] {
    return events.flatMap(({ body }) => (body.kind === 'status' ? [body.status] : []));
  }

  /** A run that holds, told so by its events. */
  async function held(): Promise<ReturnType<typeof scriptedService> & { readonly runId: string }> {
    const service = scriptedService(home, 'until-stopped');
    const { runId } = await service.transport.invoke('training.start', {});
    await expect.poll(() => service.events.some(({ body }) => body.kind === 'epoch'), { timeout: 10_000 }).toBe(true);
    expect(await service.transport.invoke('training.pause', { runId })).toEqual({});
    await expect.poll(() => statuses(service.events), { timeout: 10_000 }).toEqual(['running', 'paused']);
    return { ...service, runId };
  }

  it('is so in the log, with all that it did, and its owner goes on to say that it lives', async () => {
    const { transport, runId } = await held();
    const { result } = await transport.invoke('runs.show', { runId });
    expect(result).toMatchObject({ status: 'paused', error: null });
    expect(result.history).toHaveLength(1);
    expect(await transport.invoke('training.active', {})).toEqual({ runId });
    const log = openLog(home);
    const heartbeat = (): number =>
      log.read('look', (database) => Number(database.prepare('SELECT heartbeat_at FROM run').pluck().get()));
    const before = heartbeat();
    await expect.poll(heartbeat, { timeout: 10_000 }).toBeGreaterThan(before);
    log.close();
    // A workspace has one trainer, also while it holds.
    await expectError(() => transport.invoke('training.start', {}), 'run.busy', runId);
  });

  it('runs again once it is continued', async () => {
    const { transport, events, runId } = await held();
    expect(await transport.invoke('training.continue', { runId })).toEqual({});
    await expect.poll(() => statuses(events), { timeout: 10_000 }).toEqual(['running', 'paused', 'running']);
    expect((await transport.invoke('runs.show', { runId })).summary.status).toBe('running');
    await transport.invoke('training.stop', { runId });
    expect((await transport.invoke('training.wait', { runId })).status).toBe('stopped');
    expect(await transport.invoke('training.active', {})).toEqual({ runId: null });
  });

  it('stops when it is asked to', async () => {
    const { transport, events, runId } = await held();
    await transport.invoke('training.stop', { runId });
    expect((await transport.invoke('training.wait', { runId })).status).toBe('stopped');
    expect(statuses(events).at(-1)).toBe('stopped');
    expect(await transport.invoke('runs.resume', { runId })).toEqual({ runId });
  });

  it('is interrupted when its trainer is killed meanwhile, and can be resumed', async () => {
    const { transport, runId } = await held();
    const trainer = trainerProcess(home);
    if (trainer === null) throw new Error('No trainer is noted in the log.');
    process.kill(trainer, 'SIGKILL');
    const { status, error } = await transport.invoke('training.wait', { runId });
    expect([status, error?.code]).toEqual(['interrupted', 'training.process']);
    expect(await transport.invoke('runs.resume', { runId })).toEqual({ runId });
  });

  it('is interrupted when its engine was killed meanwhile', async () => {
    const { runId, close } = await held();
    const database = new Database(logPath(home));
    // As a killed engine leaves it: paused, of a process that is no more.
    const dead = database.prepare('SELECT * FROM run').all();
    await close();
    database
      .prepare("UPDATE run SET status = 'paused', owner_start = 'gone', error_code = NULL WHERE id = ?")
      .run(runId);
    database.close();
    expect(dead).toMatchObject([{ status: 'paused' }]);
    const { transport } = scriptedService(home, 'finish');
    const { result } = await transport.invoke('runs.show', { runId });
    expect(result).toMatchObject({ status: 'interrupted', error: { code: 'training.process' } });
    await transport.invoke('runs.resume', { runId });
    expect((await transport.invoke('training.wait', { runId })).status).toBe('finished');
  });

  it.each(['training.pause', 'training.continue', 'training.stop'] as const)(
    'is one that is under way here: %s is refused for others in words',
    async (name) => {
      const own = scriptedService(home, 'finish');
      const { runId } = await own.transport.invoke('training.start', {});
      await own.transport.invoke('training.wait', { runId });
      await expectError(() => own.transport.invoke(name, { runId }), 'run.state', 'is finished', 'has ended');
    },
  );
});

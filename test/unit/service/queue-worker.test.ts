import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { expectError } from '../../support/expect-error.ts';
import { scriptedService } from '../../support/scripted-service.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const root = temporaryFolder();
let home = '';
let homes = 0;
beforeEach(() => {
  home = path.join(root, `home-${++homes}`);
});

type Engine = ReturnType<typeof scriptedService>['transport'];

async function queued(engine: Engine, count: number): Promise<readonly string[]> {
  const runIds: string[] = [];
  for (let seed = 0; seed < count; seed++) runIds.push((await engine.invoke('queue.add', { seed })).runId);
  return runIds;
}

async function waiting(engine: Engine): Promise<readonly string[]> {
  return (await engine.invoke('queue.list', {})).waiting.map(({ runId }) => runId);
}

async function statusOf(engine: Engine, runId: string): Promise<string> {
  return (await engine.invoke('runs.show', { runId })).summary.status;
}

describe('an engine that works the queue off', () => {
  it('begins nothing before it is asked to, also after it was started anew, then all, one after the other', async () => {
    const before = scriptedService(home, 'finish');
    const runIds = await queued(before.transport, 3);
    expect(await before.transport.invoke('training.active', {})).toEqual({ runId: null });
    await before.close();

    const { transport, events } = scriptedService(home, 'finish');
    expect(await transport.invoke('queue.list', {})).toMatchObject({ working: false, waiting: { length: 3 } });
    expect(await waiting(transport)).toEqual(runIds);
    expect((await transport.invoke('queue.work', {})).working).toBe(true);
    expect(await transport.invoke('queue.wait', {})).toEqual({ working: true, problem: null, waiting: [] });
    expect(await Promise.all(runIds.map((runId) => statusOf(transport, runId)))).toEqual(runIds.map(() => 'finished'));
    const order = events.flatMap(({ runId, body }) => (body.kind === 'status' ? [[runId, body.status]] : []));
    expect(order).toEqual(
      runIds.flatMap((runId) => [
        [runId, 'running'],
        [runId, 'finished'],
      ]),
    );
    // It goes on with what is added afterwards, without being asked again.
    const [later = ''] = await queued(transport, 1);
    await transport.invoke('queue.wait', {});
    expect(await statusOf(transport, later)).toBe('finished');
  });

  it.each(['fail', 'crash-at-start', 'refuse', 'killed'] as const)(
    'goes on with the next after one that ends so: %s; each stays in the log with its reason',
    async (ending) => {
      const { transport } = scriptedService(home, ending);
      const runIds = await queued(transport, 2);
      await transport.invoke('queue.work', {});
      await transport.invoke('queue.wait', {});
      for (const runId of runIds) {
        const { summary, result } = await transport.invoke('runs.show', { runId });
        expect(['failed', 'interrupted']).toContain(summary.status);
        expect(result.error).not.toBeNull();
      }
      expect((await transport.invoke('runs.list', {})).total).toBe(2);
    },
  );

  it('leaves what waits where it is once it is held, and stops with the run under way when it is closed', async () => {
    const { transport, close } = scriptedService(home, 'until-stopped');
    const [first = '', second = ''] = await queued(transport, 2);
    await transport.invoke('queue.work', {});
    await expect.poll(() => statusOf(transport, first), { timeout: 60_000 }).toBe('running');
    // Whoever starts a run of their own is told who has the place.
    await expectError(() => transport.invoke('training.start', {}), 'run.busy', first);
    await transport.invoke('queue.hold', {});
    await transport.invoke('training.stop', { runId: first });
    expect(await transport.invoke('queue.wait', {})).toMatchObject({ working: false, waiting: [{ runId: second }] });
    await transport.invoke('queue.work', {});
    await expect.poll(() => statusOf(transport, second), { timeout: 60_000 }).toBe('running');
    const [third = ''] = await queued(transport, 1);
    await close();
    const again = scriptedService(home, 'finish').transport;
    expect(await waiting(again)).toEqual([third]);
    expect(await statusOf(again, second)).toBe('stopped');
  });
});

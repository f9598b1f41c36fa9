import { beforeEach, describe, expect, it } from 'vitest';
import { openLog, type Log } from '../../../src/engine/experiment/log.ts';
import { createRun } from '../../../src/engine/experiment/new-run.ts';
import {
  cancelWaiting,
  enqueueRun,
  enqueueSweep,
  listWaiting,
  moveWaiting,
  takeNextWaiting,
} from '../../../src/engine/experiment/queue.ts';
import { reapDeadRuns, setStatus } from '../../../src/engine/experiment/run-life.ts';
import { readResult } from '../../../src/engine/experiment/run-reader.ts';
import { releaseTrainerLock } from '../../../src/engine/experiment/trainer-lock.ts';
import { waitingRun } from '../../../src/shared/contract/queue.ts';
import { expectError } from '../../support/expect-error.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { samplePlan } from '../../support/training-plan.ts';

let home = '';
let log: Log;
let runIds: string[] = [];
beforeEach(() => {
  home = temporaryFolder();
  log = openLog(home);
  runIds = [1, 2, 3, 4].map((seed) => enqueueRun(log, samplePlan({ seed })));
  return () => log.close();
});

function waiting(): readonly string[] {
  return listWaiting(log).map((run) => waitingRun.parse(run).runId);
}

const nth = (index: number): string => runIds[index] ?? '';

describe('the queue', () => {
  it('keeps the order in which runs were added, and outlives the process that did', () => {
    expect(waiting()).toEqual(runIds);
    expect(listWaiting(log).map(({ position }) => position)).toEqual([1, 2, 3, 4]);
    log.write('pretend that another process added them', (database) =>
      database.prepare("UPDATE run SET owner_pid = 1, owner_start = 'gone', heartbeat_at = 0").run(),
    );
    expect(reapDeadRuns(log)).toEqual([]);
    const again = openLog(home);
    expect(listWaiting(again).map(({ runId, status }) => [runId, status])).toEqual(
      runIds.map((runId) => [runId, 'queued']),
    );
    again.close();
  });

  it.each([
    { what: 'the last before the first', run: 3, before: 0, order: [3, 0, 1, 2] },
    { what: 'the first before the last', run: 0, before: 3, order: [1, 2, 0, 3] },
    { what: 'the second to the end', run: 1, before: null, order: [0, 2, 3, 1] },
    { what: 'one before itself', run: 2, before: 2, order: [0, 1, 2, 3] },
    { what: 'one before the one behind it', run: 1, before: 2, order: [0, 1, 2, 3] },
  ])('moves $what', ({ run, before, order }) => {
    moveWaiting(log, nth(run), before === null ? null : nth(before));
    expect(waiting()).toEqual(order.map(nth));
  });

  it('moves nothing that does not wait', async () => {
    const begun = takeNextWaiting(log) ?? '';
    await expectError(() => moveWaiting(log, begun, nth(2)), 'run.state', 'about to begin');
    await expectError(() => moveWaiting(log, nth(2), begun), 'run.state', 'about to begin');
    await expectError(() => moveWaiting(log, 'none', null), 'run.unknown', "'none'");
  });

  it('takes out what was cancelled, without a trace, and leaves alone what has begun', async () => {
    const begun = takeNextWaiting(log);
    expect(begun).toBe(nth(0));
    expect(cancelWaiting(log, [nth(0), nth(2), 'none'])).toEqual([nth(2)]);
    expect(waiting()).toEqual([nth(1), nth(3)]);
    await expectError(() => readResult(log, nth(2)), 'run.unknown', nth(2));
    expect(readResult(log, nth(0)).status).toBe('queued');
  });

  it('gives one run at a time, and the next once the trainer has gone', () => {
    const other = openLog(home);
    expect(takeNextWaiting(log)).toBe(nth(0));
    expect([takeNextWaiting(log), takeNextWaiting(other)]).toEqual([null, null]);
    setStatus(log, nth(0), 'failed');
    releaseTrainerLock(log, nth(0));
    expect([takeNextWaiting(other), takeNextWaiting(log)]).toEqual([nth(1), null]);
    releaseTrainerLock(log, nth(1));
    const direct = createRun(log, samplePlan(), null);
    expect(takeNextWaiting(other)).toBeNull();
    releaseTrainerLock(log, direct);
    expect(takeNextWaiting(other)).toBe(nth(2));
    other.close();
  });

  it('holds the runs of a sweep together, behind those that wait already', () => {
    const sweep = { seed: [7, 8] };
    const plans = sweep.seed.map((seed) => ({ plan: samplePlan({ seed }), origin: null }));
    const added = enqueueSweep(log, plans, { name: 'seeds', sweep });
    expect(waiting()).toEqual([...runIds, ...added.runIds]);
    expect(listWaiting(log).map(({ group }) => group?.name ?? null)).toEqual([
      null,
      null,
      null,
      null,
      'seeds',
      'seeds',
    ]);
    const kept = log.read('read the group', (database) =>
      database.prepare<[string], string>('SELECT sweep FROM run_group WHERE id = ?').pluck().get(added.groupId),
    );
    expect(JSON.parse(kept ?? '')).toEqual(sweep);
    enqueueRun(log, samplePlan(), null, 'seeds');
    expect(listWaiting(log).at(-1)?.group?.id).toBe(added.groupId);
  });

  it('keeps no group of runs that were all taken out, so that one of its name is another', () => {
    const seeds = (): ReturnType<typeof enqueueSweep> =>
      enqueueSweep(
        log,
        [5, 6].map((seed) => ({ plan: samplePlan({ seed }), origin: null })),
        {
          name: 'seeds',
          sweep: { seed: [5, 6] },
        },
      );
    const { groupId, runIds: added } = seeds();
    cancelWaiting(log, added.slice(1));
    expect(listWaiting(log).at(-1)?.group?.id).toBe(groupId);
    cancelWaiting(log, added);
    enqueueRun(log, samplePlan(), null, 'seeds');
    expect(listWaiting(log).at(-1)?.group?.id).not.toBe(groupId);
    const groups = log.read('count the groups', (database) =>
      database.prepare<[], number>('SELECT count(*) FROM run_group').pluck().get(),
    );
    expect(groups).toBe(1);
  });
});

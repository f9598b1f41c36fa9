import { describe, expect, it } from 'vitest';
import { openLog, type Log } from '../../../src/engine/experiment/log.ts';
import { createRun } from '../../../src/engine/experiment/new-run.ts';
import {
  HEARTBEAT_LIMIT_MILLISECONDS,
  identifyProcess,
  isAlive,
  isRunning,
  thisOwner,
} from '../../../src/engine/experiment/owner.ts';
import { restoreRuns, trashRuns } from '../../../src/engine/experiment/run-edits.ts';
import { beat, reapDeadRuns, reopenRun, setStatus } from '../../../src/engine/experiment/run-life.ts';
import { readResult, readRun } from '../../../src/engine/experiment/run-reader.ts';
import { writeCheckpoint } from '../../../src/engine/experiment/run-writer.ts';
import { assertTrainerIdle, noteTrainer, releaseTrainerLock } from '../../../src/engine/experiment/trainer-lock.ts';
import { killHard, nextMessage, startProcess } from '../../support/child.ts';
import { expectError } from '../../support/expect-error.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { samplePlan } from '../../support/training-plan.ts';

/** Makes the run another's, as its log row would look. */
function giveAway(log: Log, runId: string, owner: Partial<Record<'pid' | 'start' | 'host', string | number>>): void {
  log.write('give away', (database) => {
    for (const [key, value] of Object.entries(owner)) {
      database.prepare(`UPDATE run SET owner_${key} = ? WHERE id = ?`).run(value, runId);
      database.prepare(`UPDATE trainer_lock SET owner_${key} = ?`).run(value);
    }
  });
}

function setHeartbeat(log: Log, runId: string, at: number): void {
  log.write('set', (database) => database.prepare('UPDATE run SET heartbeat_at = ? WHERE id = ?').run(at, runId));
}

describe('an owner', () => {
  it('is alive while its process runs, whatever its heartbeat', () => {
    expect(isAlive(thisOwner(), 0, Date.now())).toBe(true);
    expect(identifyProcess(process.pid)).toEqual({ pid: process.pid, startToken: thisOwner().startToken });
  });

  it('is dead once its process is, though not yet collected or its number is used again', async () => {
    const child = startProcess('run-and-append', [temporaryFolder()]);
    await nextMessage(child);
    const identity = identifyProcess(child.pid ?? 0);
    if (!identity) throw new Error('The child must run.');
    expect(isRunning(identity)).toBe(true);
    await killHard(child);
    expect(isRunning(identity)).toBe(false);
    expect(isRunning({ pid: process.pid, startToken: 'an earlier process' })).toBe(false);
  });

  it.each([
    { place: 'another machine', ago: 1000, alive: true },
    { place: 'another machine', ago: HEARTBEAT_LIMIT_MILLISECONDS + 1, alive: false },
    { place: 'another machine', ago: -HEARTBEAT_LIMIT_MILLISECONDS - 1, alive: false },
  ])('on $place, last heard of $ago ms ago, is alive: $alive', ({ place, ago, alive }) => {
    const now = Date.now();
    expect(isAlive({ ...thisOwner(), host: place }, now - ago, now)).toBe(alive);
  });
});

describe('looking for interrupted runs', () => {
  it('marks the run of a killed process, and leaves those of living ones', async () => {
    const home = temporaryFolder();
    const log = openLog(home);
    const child = startProcess('run-and-append', [home]);
    const { runId } = (await nextMessage(child)) as { runId: string };
    expect(reapDeadRuns(log)).toEqual([]);
    expect(readResult(log, runId).status).toBe('running');
    await killHard(child);
    expect(reapDeadRuns(log)).toEqual([runId]);
    const detail = readRun(log, runId);
    expect(detail.result.status).toBe('interrupted');
    expect(detail.result.error).toMatchObject({ code: 'training.process' });
    expect(detail.summary.endedAt).not.toBeNull();
    expect(reapDeadRuns(log)).toEqual([]);
    // Its place is free again, also for itself.
    reopenRun(log, runId, true);
    log.close();
  });

  it('says how a run can be trained on that has a checkpoint, and how one that has none', () => {
    const log = openLog(temporaryFolder());
    const hints = [true, false].map((hasCheckpoint) => {
      const runId = createRun(log, samplePlan(), null);
      if (hasCheckpoint) {
        writeCheckpoint(log, runId, { kind: 'last', epoch: 1, step: 4, path: 'checkpoints/4', bytes: 1 });
      }
      giveAway(log, runId, { pid: process.pid, start: 'long before' });
      expect(reapDeadRuns(log)).toEqual([runId]);
      return readResult(log, runId).error?.hint.replace(runId, 'ID');
    });
    expect(hints).toEqual([
      'Continue it with `thaw runs resume ID`.',
      'It left no checkpoint to continue from: train again with `thaw runs repeat ID`.',
    ]);
    log.close();
  });

  it('knows a run whose process number belongs to a later process now', () => {
    const log = openLog(temporaryFolder());
    const runId = createRun(log, samplePlan(), null);
    giveAway(log, runId, { pid: process.pid, start: 'long before' });
    expect(reapDeadRuns(log)).toEqual([runId]);
    log.close();
  });

  it("judges another machine's run by its heartbeat alone", () => {
    const log = openLog(temporaryFolder());
    const runId = createRun(log, samplePlan(), null);
    setStatus(log, runId, 'running');
    giveAway(log, runId, { host: 'elsewhere', pid: 1, start: '1' });
    beat(log, runId, 'running');
    expect(reapDeadRuns(log)).toEqual([]);
    setHeartbeat(log, runId, Date.now() - HEARTBEAT_LIMIT_MILLISECONDS - 1000);
    expect(reapDeadRuns(log)).toEqual([runId]);
    log.close();
  });
});

/** Winds what the log holds of a run's beginning so far ahead, as a clock that was set back since leaves it. */
function windAhead(log: Log, runId: string, milliseconds: number): void {
  log.write('wind', (database) =>
    database
      .prepare(
        `UPDATE run SET created_at = created_at + :by, started_at = started_at + :by, heartbeat_at = heartbeat_at + :by
         WHERE id = :runId`,
      )
      .run({ runId, by: milliseconds }),
  );
}

const YEAR_MILLISECONDS = 365 * 24 * 3600 * 1000;

describe('a clock that is set back while a run is at work', () => {
  it.each(['finished', 'stopped', 'failed', 'interrupted'] as const)(
    'does not let it end before it began: %s',
    (end) => {
      const log = openLog(temporaryFolder());
      const runId = createRun(log, samplePlan(), null);
      setStatus(log, runId, 'running');
      windAhead(log, runId, YEAR_MILLISECONDS);
      setStatus(log, runId, end);
      const { createdAt, endedAt } = readRun(log, runId).summary;
      expect(endedAt).toBeGreaterThanOrEqual(createdAt);
      log.close();
    },
  );

  it('does not let it begin before it was made, nor end before that when its owner dies', () => {
    const log = openLog(temporaryFolder());
    const runId = createRun(log, samplePlan(), null);
    windAhead(log, runId, YEAR_MILLISECONDS);
    setStatus(log, runId, 'running');
    giveAway(log, runId, { pid: process.pid, start: 'long before' });
    expect(reapDeadRuns(log)).toEqual([runId]);
    const { createdAt, endedAt } = readRun(log, runId).summary;
    const startedAt = log.read('look', (database) => database.prepare('SELECT started_at FROM run').pluck().get());
    expect(startedAt).toBeGreaterThanOrEqual(createdAt);
    expect(endedAt).toBeGreaterThanOrEqual(createdAt);
    log.close();
  });

  it('may have others take it for dead, which its next sign of life takes back', () => {
    const log = openLog(temporaryFolder());
    const runId = createRun(log, samplePlan(), null);
    setStatus(log, runId, 'running');
    setStatus(log, runId, 'paused');
    setStatus(log, runId, 'interrupted', { code: 'training.process', message: 'gone', hint: '' });
    beat(log, runId, 'paused');
    expect(readRun(log, runId)).toMatchObject({
      summary: { status: 'paused', endedAt: null },
      result: { error: null },
    });
    log.close();
  });

  it('does not have a run taken back that another has resumed or whose owner has gone', () => {
    const log = openLog(temporaryFolder());
    const runId = createRun(log, samplePlan(), null);
    setStatus(log, runId, 'running');
    giveAway(log, runId, { pid: process.pid, start: 'long before' });
    expect(reapDeadRuns(log)).toEqual([runId]);
    beat(log, runId, 'running');
    expect(readResult(log, runId).status).toBe('interrupted');
    log.close();
  });
});

describe('a run in the trash', () => {
  it('is not resumed, and keeps nobody from the trainer', async () => {
    const log = openLog(temporaryFolder());
    const runId = createRun(log, samplePlan(), null);
    setStatus(log, runId, 'running');
    setStatus(log, runId, 'stopped');
    releaseTrainerLock(log, runId);
    trashRuns(log, [runId]);
    await expectError(() => reopenRun(log, runId, true), 'run.state', 'trash', `thaw runs restore ${runId}`);
    assertTrainerIdle(log);
    restoreRuns(log, [runId]);
    reopenRun(log, runId, true);
    log.close();
  });
});

describe('a run that waits for its turn', () => {
  it('needs no owner that lives', () => {
    const log = openLog(temporaryFolder());
    const runId = createRun(log, samplePlan(), null);
    log.write('queue', (database) => database.prepare('UPDATE run SET queue_position = 1').run());
    giveAway(log, runId, { pid: process.pid, start: 'long before' });
    expect(reapDeadRuns(log)).toEqual([]);
    expect(readResult(log, runId).status).toBe('queued');
    log.close();
  });
});

describe("the trainer's place", () => {
  it('is held across processes until its holder is gone, and names the holder', async () => {
    const home = temporaryFolder();
    const log = openLog(home);
    const child = startProcess('run-and-append', [home]);
    const { runId } = (await nextMessage(child)) as { runId: string };
    const start = (): string => createRun(log, samplePlan(), null);
    await expectError(start, 'run.busy', runId, String(child.pid));
    await expectError(() => assertTrainerIdle(log), 'run.busy', runId);
    await expectError(() => reopenRun(log, runId, true), 'run.busy', runId);
    expect(log.read('count', (database) => database.prepare('SELECT count(*) FROM run').pluck().get())).toBe(1);
    await killHard(child);
    assertTrainerIdle(log);
    start();
    log.close();
  });

  it('stays taken while the trainer lives, though its owner is gone', async () => {
    const log = openLog(temporaryFolder());
    const runId = createRun(log, samplePlan(), null);
    const trainer = startProcess('run-and-append', [temporaryFolder()]);
    await nextMessage(trainer);
    noteTrainer(log, runId, trainer.pid ?? 0);
    giveAway(log, runId, { start: 'long before' });
    await expectError(() => assertTrainerIdle(log), 'run.busy');
    await killHard(trainer);
    assertTrainerIdle(log);
    log.close();
  });

  it('is given back', () => {
    const log = openLog(temporaryFolder());
    for (let count = 0; count < 2; count++) releaseTrainerLock(log, createRun(log, samplePlan(), null));
    assertTrainerIdle(log);
    log.close();
  });
});

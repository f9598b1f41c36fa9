import type Database from 'better-sqlite3';
import type { RunStatus } from '../../shared/contract/run.ts';
import { ThawError, type SerializedError } from '../../shared/errors/thaw-error.ts';
import type { Log } from './log.ts';
import { isAlive, thisOwner, type Owner } from './owner.ts';
import { ACTIVE_LIST, isActive, mayFollow } from './run-status.ts';
import { takeTrainerLock } from './trainer-lock.ts';

export interface RunHead {
  readonly number: number;
  readonly status: RunStatus;
}

/** @throws ThawError `run.unknown` */
export function findRun(database: Database.Database, runId: string): RunHead {
  const row = database.prepare<[string], RunHead>('SELECT number, status FROM run WHERE id = ?').get(runId);
  if (row) return row;
  throw new ThawError(
    'run.unknown',
    `A run is named by its id; no run '${runId}' is in this log.`,
    'See the ids with `thaw runs list`.',
  );
}

function assertFollows(runId: string, from: RunStatus, to: RunStatus): void {
  if (mayFollow(from, to)) return;
  throw new ThawError(
    'run.state',
    `A run that is ${from} cannot become ${to}; received run '${runId}'.`,
    `See what became of it with \`thaw runs show ${runId}\`.`,
  );
}

/**
 * Moves a run to another status and stamps the time; an end keeps its error, a beginning clears the old one. A clock that
 * went back meanwhile does not make a run end before it began.
 *
 * @throws ThawError `run.unknown`, or `run.state` where that status may not follow the present one
 */
export function setStatus(log: Log, runId: string, status: RunStatus, error: SerializedError | null = null): void {
  log.write('write the run', (database) => {
    const run = findRun(database, runId);
    assertFollows(runId, run.status, status);
    const now = Date.now();
    database
      .prepare(
        `UPDATE run SET status = :status, heartbeat_at = :now,
           started_at = CASE WHEN :status = 'running' THEN coalesce(started_at, max(:now, created_at)) ELSE started_at END,
           ended_at = iif(:active, NULL, max(:now, created_at, coalesce(started_at, created_at))), error_code = :code, error_message = :message, error_hint = :hint
         WHERE number = :number`,
      )
      .run({
        number: run.number,
        status,
        now,
        active: isActive(status) ? 1 : 0,
        code: error?.code ?? null,
        message: error?.message ?? null,
        hint: error?.hint ?? null,
      });
  });
}

/**
 * Takes a stopped or interrupted run up again: `queued`, owned by this process, with the trainer's place.
 *
 * @param hasCheckpoint whether its last checkpoint stands on disk; `gone` where its folder is not there any more
 * @throws ThawError `run.unknown`, `run.busy`, or `run.state` where it is not resumable or has no checkpoint
 */
export function reopenRun(log: Log, runId: string, hasCheckpoint: boolean | 'gone'): void {
  log.write('reopen the run', (database) => {
    const run = findRun(database, runId);
    // For a run that is still at work, who holds it says more than its status.
    if (isActive(run.status)) takeTrainerLock(database, runId);
    if (!mayFollow(run.status, 'queued')) {
      throw new ThawError(
        'run.state',
        `Only a stopped or interrupted run can be resumed; run '${runId}' is ${run.status}.`,
        `\`thaw runs continue ${runId}\` goes on for more epochs where a run has finished.`,
      );
    }
    if (hasCheckpoint === 'gone') {
      throw new ThawError(
        'run.state',
        `A run is resumed from its last checkpoint; the folder of run '${runId}' is not there.`,
        `Put it back where it was moved or deleted, or train again with \`thaw runs repeat ${runId}\`: the log still has the plan and all figures.`,
      );
    }
    if (!hasCheckpoint) {
      throw new ThawError(
        'run.state',
        `A run is resumed from its last checkpoint; run '${runId}' ended before it wrote one.`,
        `Train again with \`thaw runs repeat ${runId}\`: the log still has the plan.`,
      );
    }
    if (database.prepare('SELECT 1 FROM run WHERE number = ? AND trashed_at IS NOT NULL').get(run.number)) {
      throw new ThawError(
        'run.state',
        `A run goes on once it is out of the trash; run '${runId}' is in it.`,
        `Take it out with \`thaw runs restore ${runId}\`.`,
      );
    }
    takeTrainerLock(database, runId);
    database
      .prepare(
        `UPDATE run SET status = 'queued', ended_at = NULL, error_code = NULL, error_message = NULL, error_hint = NULL,
           owner_pid = :pid, owner_start = :startToken, owner_host = :host, owner_boot = :boot, heartbeat_at = :now
         WHERE number = :number`,
      )
      .run({ ...thisOwner(), number: run.number, now: Date.now() });
  });
}

/**
 * Says that the owner lives. Where a clock went back or forth, others may have taken it for dead and marked its run: that is
 * taken back, as long as nobody has resumed it.
 *
 * @param status what the run is in truth
 */
export function beat(log: Log, runId: string, status: RunStatus): void {
  log.write('write to the experiment log', (database) => {
    const { pid, startToken } = thisOwner();
    const now = Date.now();
    database.prepare('UPDATE run SET heartbeat_at = ? WHERE id = ?').run(now, runId);
    database
      .prepare(
        `UPDATE run SET status = :status, ended_at = NULL, error_code = NULL, error_message = NULL, error_hint = NULL
         WHERE id = :runId AND status = 'interrupted' AND owner_pid = :pid AND owner_start = :startToken`,
      )
      .run({ runId, status, pid, startToken });
  });
}

interface ActiveRow extends Owner {
  readonly number: number;
  readonly id: string;
  readonly heartbeatAt: number;
  readonly hasCheckpoint: 0 | 1;
}

/**
 * Marks `interrupted` every active run whose owner is gone; runs of living owners, here or elsewhere, are left alone, and so
 * are those that wait for their turn, which need none.
 * What those owners had just written is checked, as a machine that lost its power may have damaged it.
 *
 * @returns their ids
 * @throws ThawError `log.unreadable` where a dead owner left a damaged log
 */
export function reapDeadRuns(log: Log): readonly string[] {
  const now = Date.now();
  const dead = log.read('look for interrupted runs', (database) =>
    database
      .prepare<[], ActiveRow>(
        `SELECT number, id, owner_pid AS pid, owner_start AS startToken, owner_host AS host, owner_boot AS boot,
                heartbeat_at AS heartbeatAt, EXISTS (SELECT 1 FROM checkpoint WHERE run = run.number) AS hasCheckpoint
         FROM run WHERE status IN (${ACTIVE_LIST}) AND queue_position IS NULL`,
      )
      .all()
      .filter((row) => !isAlive(row, row.heartbeatAt, now)),
  );
  if (dead.length === 0) return [];
  log.assertSound();
  return log.write('mark interrupted runs', (database) => {
    // The owner is compared again: someone may have resumed the run in between.
    const mark = database.prepare(
      `UPDATE run SET status = 'interrupted', ended_at = max(heartbeat_at, created_at, coalesce(started_at, created_at)),
         error_code = 'training.process',
         error_message = :message, error_hint = :hint
       WHERE number = :number AND owner_pid = :pid AND owner_start = :startToken AND status IN (${ACTIVE_LIST})
         AND queue_position IS NULL`,
    );
    const marked = dead.filter(
      ({ number, id, pid, startToken, hasCheckpoint }) =>
        mark.run({
          number,
          pid,
          startToken,
          message: `A run ends with a result; the process that ran it (${pid}) ended without one.`,
          hint:
            hasCheckpoint === 1
              ? `Continue it with \`thaw runs resume ${id}\`.`
              : `It left no checkpoint to continue from: train again with \`thaw runs repeat ${id}\`.`,
        }).changes > 0,
    );
    return marked.map(({ id }) => id);
  });
}

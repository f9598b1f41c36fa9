import type Database from 'better-sqlite3';
import { MOST_WAITING, type SweepValues, type WaitingRun } from '../../shared/contract/queue.ts';
import type { TrainingPlan } from '../../shared/contract/plan.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import type { Log } from './log.ts';
import { insertRun, type NewRun } from './new-run.ts';
import { thisOwner } from './owner.ts';
import { dropEmptyGroups, namedGroup, newGroup } from './run-group.ts';
import { findRun } from './run-life.ts';
import type { RunOrigin } from './run-origin.ts';
import { isTrainerIdle, takeTrainerLock } from './trainer-lock.ts';

/** The ids of runs that wait, the next one first. */
function waitingIds(database: Database.Database): readonly string[] {
  return database
    .prepare<[], string>('SELECT id FROM run WHERE queue_position IS NOT NULL ORDER BY queue_position, number')
    .pluck()
    .all();
}

function appendRun(database: Database.Database, run: NewRun): string {
  const waiting = database
    .prepare<[], number>('SELECT count(*) FROM run WHERE queue_position IS NOT NULL')
    .pluck()
    .get();
  if ((waiting ?? 0) >= MOST_WAITING) {
    throw new ThawError(
      'usage.invalid',
      `At most ${MOST_WAITING} runs wait in the queue; that many do.`,
      'Let some of them train first, or take some out with `thaw queue cancel`.',
    );
  }
  const id = insertRun(database, run);
  database
    .prepare(`UPDATE run SET queue_position = (SELECT coalesce(max(queue_position), 0) + 1 FROM run) WHERE id = ?`)
    .run(id);
  return id;
}

/**
 * Puts a run into the log that waits for its turn behind all that wait already.
 *
 * @returns the run's id
 * @throws ThawError `usage.invalid` where too many wait
 */
export function enqueueRun(log: Log, plan: TrainingPlan, origin: RunOrigin | null = null, group?: string): string {
  return log.write('put the run into the queue', (database) =>
    appendRun(database, { plan, origin, group: group === undefined ? null : namedGroup(database, group) }),
  );
}

/**
 * Puts the runs of a sweep into the queue, all or none, in a group of their own.
 *
 * @param about.sweep the values that they go through
 * @throws ThawError `usage.invalid` where too many wait
 */
export function enqueueSweep(
  log: Log,
  runs: readonly Pick<NewRun, 'plan' | 'origin'>[],
  { name, sweep }: { readonly name: string; readonly sweep: SweepValues },
): { readonly groupId: string; readonly runIds: readonly string[] } {
  return log.write('put the sweep into the queue', (database) => {
    const group = newGroup(database, name, sweep);
    const runIds = runs.map(({ plan, origin }) => appendRun(database, { plan, origin, group: group.number }));
    return { groupId: group.id, runIds };
  });
}

interface WaitingRow extends Omit<WaitingRun, 'position' | 'group'> {
  readonly groupId: string | null;
  readonly groupName: string | null;
}

/** The runs that wait, the next one first. */
export function listWaiting(log: Log): WaitingRun[] {
  return log.read('read the queue', (database) =>
    database
      .prepare<[], WaitingRow>(
        `SELECT run.id AS runId, run.name AS name, run.status AS status, run.created_at AS createdAt,
           run.ended_at AS endedAt, run.network AS network, run.strategy AS strategy, run.dataset AS dataset,
           run.epochs AS epochs, run.epochs_done AS epochsDone, run.best_val_accuracy AS bestValAccuracy,
           run_group.id AS groupId, run_group.name AS groupName
         FROM run LEFT JOIN run_group ON run_group.number = run.run_group
         WHERE run.queue_position IS NOT NULL ORDER BY run.queue_position, run.number`,
      )
      .all()
      .map(({ groupId, groupName, ...run }, index) => ({
        ...run,
        position: index + 1,
        group: groupId === null || groupName === null ? null : { id: groupId, name: groupName },
      })),
  );
}

function expectWaiting(database: Database.Database, waiting: readonly string[], runId: string): void {
  if (waiting.includes(runId)) return;
  const { status } = findRun(database, runId);
  throw new ThawError(
    'run.state',
    `Only a run that waits in the queue can be moved in it; run '${runId}' is ${status === 'queued' ? 'about to begin' : status}.`,
    'See what waits with `thaw queue list`.',
  );
}

/**
 * Moves a waiting run.
 *
 * @param before the waiting run that it is to come before; null for the end
 * @throws ThawError `run.unknown`, or `run.state` where one of the two does not wait
 */
export function moveWaiting(log: Log, runId: string, before: string | null): void {
  log.write('move the run in the queue', (database) => {
    const waiting = waitingIds(database);
    expectWaiting(database, waiting, runId);
    if (before !== null) expectWaiting(database, waiting, before);
    if (before === runId) return;
    const others = waiting.filter((id) => id !== runId);
    const at = before === null ? others.length : others.indexOf(before);
    const place = database.prepare('UPDATE run SET queue_position = ? WHERE id = ? AND queue_position IS NOT ?');
    [...others.slice(0, at), runId, ...others.slice(at)].forEach((id, index) => place.run(index + 1, id, index + 1));
  });
}

/**
 * Takes runs out of the queue and of the log, as they never began; those that do not wait (any more) are left alone.
 *
 * @returns the ids of those that were taken out
 */
export function cancelWaiting(log: Log, runIds: readonly string[]): readonly string[] {
  return log.write('take runs out of the queue', (database) => {
    const remove = database.prepare('DELETE FROM run WHERE id = ? AND queue_position IS NOT NULL');
    const removed = runIds.filter((runId) => remove.run(runId).changes > 0);
    dropEmptyGroups(database);
    return removed;
  });
}

/**
 * Takes runs out of the queue that have trained although they wait: the log is an earlier one, and knows nothing of it. They
 * are `interrupted` then, and go on from their checkpoint.
 *
 * @param hasTrained whether a run has a checkpoint
 * @returns their ids
 */
export function interruptTrained(log: Log, hasTrained: (runId: string) => boolean): readonly string[] {
  return log.write('mark runs that have trained', (database) => {
    const mark = database.prepare(
      `UPDATE run SET status = 'interrupted', queue_position = NULL, ended_at = max(:now, created_at),
         error_code = 'run.state', error_message = :message, error_hint = :hint WHERE id = :runId`,
    );
    const trained = waitingIds(database).filter(hasTrained);
    for (const runId of trained) {
      mark.run({
        runId,
        now: Date.now(),
        message:
          'A run that waits has no checkpoint; this one has trained since the backup that the log was recovered from.',
        hint: `Go on from its last checkpoint with \`thaw runs resume ${runId}\`.`,
      });
    }
    return trained;
  });
}

/**
 * Takes the run whose turn it is out of the queue and gives it to this process with the trainer's place, in one transaction:
 * of several engines that ask at once only one is given it.
 *
 * @returns its id; null where none waits, or a trainer is at work
 */
export function takeNextWaiting(log: Log): string | null {
  // Most times there is nothing to take: no lock is needed to see that.
  if (log.read('look into the queue', (database) => waitingIds(database).length === 0 || !isTrainerIdle(database))) {
    return null;
  }
  return log.write('take the next run', (database) => {
    const [runId] = waitingIds(database);
    if (runId === undefined || !isTrainerIdle(database)) return null;
    takeTrainerLock(database, runId);
    database
      .prepare(
        `UPDATE run SET queue_position = NULL, owner_pid = :pid, owner_start = :startToken, owner_host = :host,
           owner_boot = :boot, heartbeat_at = :now WHERE id = :runId`,
      )
      .run({ ...thisOwner(), now: Date.now(), runId });
    return runId;
  });
}

import type Database from 'better-sqlite3';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { assertFinderIdle, forgetFinder, isFinderIdle, noteFinder } from './finder-lock.ts';
import type { Log } from './log.ts';
import { identifyProcess, isAlive, thisOwner, type Owner } from './owner.ts';

interface LockRow {
  readonly id: string;
  readonly pid: number;
  readonly startToken: string;
  readonly host: string;
  readonly boot: string;
  readonly heartbeatAt: number;
  readonly trainerPid: number | null;
  readonly trainerStart: string | null;
}

/**
 * A trainer may outlive its owner by the moment it takes to notice: the place is free once both are gone.
 */
function isHeld(row: LockRow, now: number): boolean {
  const owner: Owner = row;
  if (isAlive(owner, row.heartbeatAt, now)) return true;
  if (row.trainerPid === null || row.trainerStart === null) return false;
  return isAlive({ ...owner, pid: row.trainerPid, startToken: row.trainerStart }, row.heartbeatAt, now);
}

/** The run that holds the trainer's place; undefined where it is free. */
function holder(database: Database.Database): LockRow | undefined {
  const row = database
    .prepare<[], LockRow>(
      `SELECT run.id AS id, lock.owner_pid AS pid, lock.owner_start AS startToken, lock.owner_host AS host,
              lock.owner_boot AS boot, run.heartbeat_at AS heartbeatAt, lock.trainer_pid AS trainerPid,
              lock.trainer_start AS trainerStart
       FROM trainer_lock AS lock JOIN run ON run.number = lock.run`,
    )
    .get();
  return row && isHeld(row, Date.now()) ? row : undefined;
}

/** Whether a trainer could be begun now. */
export function isTrainerIdle(database: Database.Database): boolean {
  return holder(database) === undefined && isFinderIdle(database);
}

/** Whether this run holds it. */
export function holdsTrainerLock(database: Database.Database, runId: string): boolean {
  return holder(database)?.id === runId;
}

function assertFree(database: Database.Database): void {
  assertFinderIdle(database);
  const row = holder(database);
  if (!row) return;
  throw new ThawError(
    'run.busy',
    `One trainer runs at a time; run '${row.id}' is at work in process ${row.pid}.`,
    'Wait until it has ended, or stop it with Ctrl+C where it runs.',
  );
}

/** @throws ThawError `run.busy` while a trainer is at work in this workspace, naming its run and process */
export function assertTrainerIdle(log: Log): void {
  log.read('look for a trainer', assertFree);
}

/**
 * Takes the place of the one trainer of this workspace, or takes it over from owners that are gone. To be called inside
 * a write transaction.
 *
 * @throws ThawError `run.busy`, naming the run and the process that hold it
 */
export function takeTrainerLock(database: Database.Database, runId: string): void {
  assertFree(database);
  database
    .prepare(
      `INSERT OR REPLACE INTO trainer_lock (place, run, owner_pid, owner_start, owner_host, owner_boot, taken_at)
       SELECT 1, number, :pid, :startToken, :host, :boot, :now FROM run WHERE id = :runId`,
    )
    .run({ ...thisOwner(), now: Date.now(), runId });
}

/** Notes which process trains, so that the place stays taken while it lives. */
export function noteTrainer(log: Log, runId: string, pid: number): void {
  const trainer = identifyProcess(pid);
  if (!trainer) return;
  log.write('note the trainer', (database) => {
    database
      .prepare(
        `UPDATE trainer_lock SET trainer_pid = ?, trainer_start = ?
         WHERE run = (SELECT number FROM run WHERE id = ?)`,
      )
      .run(trainer.pid, trainer.startToken, runId);
  });
}

/** Gives the place back, once the trainer of this run is gone. */
export function releaseTrainerLock(log: Log, runId: string): void {
  log.write('release the trainer', (database) => {
    database.prepare('DELETE FROM trainer_lock WHERE run = (SELECT number FROM run WHERE id = ?)').run(runId);
  });
}

/**
 * Does what takes the machine as a trainer does though it belongs to no run: in the place of the one trainer.
 *
 * @param doing for whoever finds the place taken: `the search for a learning rate`
 * @throws ThawError `run.busy` where the place is taken
 */
export async function inTrainersPlace<Result>(log: Log, doing: string, work: () => Promise<Result>): Promise<Result> {
  log.write("take the trainer's place", (database) => {
    assertFree(database);
    noteFinder(database, doing);
  });
  try {
    return await work();
  } finally {
    log.write("leave the trainer's place", forgetFinder);
  }
}

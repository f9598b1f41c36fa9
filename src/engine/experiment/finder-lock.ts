import type Database from 'better-sqlite3';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { isAlive, thisOwner, type Owner } from './owner.ts';

interface FinderRow extends Owner {
  readonly doing: string;
  readonly takenAt: number;
}

/** Whoever tries steps that belong to no run; undefined where nobody does, or has ended without saying so. */
function finder(database: Database.Database): FinderRow | undefined {
  const row = database
    .prepare<[], FinderRow>(
      `SELECT doing, owner_pid AS pid, owner_start AS startToken, owner_host AS host, owner_boot AS boot,
              taken_at AS takenAt
       FROM finder_lock`,
    )
    .get();
  return row && isAlive(row, row.takenAt, Date.now()) ? row : undefined;
}

/** Whether nobody tries steps. */
export function isFinderIdle(database: Database.Database): boolean {
  return finder(database) === undefined;
}

/** @throws ThawError `run.busy` while somebody tries steps, naming the process */
export function assertFinderIdle(database: Database.Database): void {
  const row = finder(database);
  if (!row) return;
  throw new ThawError(
    'run.busy',
    `One trainer runs at a time; ${row.doing} is under way in process ${row.pid}.`,
    'Wait until it has ended, or cancel it where it runs.',
  );
}

/** Notes who tries steps. To be called inside a write transaction, when no trainer is at work. */
export function noteFinder(database: Database.Database, doing: string): void {
  database
    .prepare(
      `INSERT OR REPLACE INTO finder_lock (place, doing, owner_pid, owner_start, owner_host, owner_boot, taken_at)
       VALUES (1, :doing, :pid, :startToken, :host, :boot, :now)`,
    )
    .run({ ...thisOwner(), doing, now: Date.now() });
}

export function forgetFinder(database: Database.Database): void {
  database.exec('DELETE FROM finder_lock');
}

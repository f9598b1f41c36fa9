import type Database from 'better-sqlite3';
import type { SweepValues } from '../../shared/contract/queue.ts';
import { newRunId } from './run-id.ts';

/** Runs that were begun as one series. */
export interface RunGroup {
  readonly number: number;
  readonly id: string;
}

/**
 * Makes a group. To be called inside a write transaction.
 *
 * @param sweep what its runs go through; null where they were not begun by a sweep
 */
export function newGroup(database: Database.Database, name: string, sweep: SweepValues | null): RunGroup {
  const now = new Date();
  const id = newRunId(now);
  const { lastInsertRowid } = database
    .prepare('INSERT INTO run_group (id, name, created_at, sweep) VALUES (?, ?, ?, ?)')
    .run(id, name, now.getTime(), sweep === null ? null : JSON.stringify(sweep));
  return { number: Number(lastInsertRowid), id };
}

/** Deletes the groups whose last run was deleted. To be called inside the write transaction that did. */
export function dropEmptyGroups(database: Database.Database): void {
  database.exec('DELETE FROM run_group WHERE NOT EXISTS (SELECT 1 FROM run WHERE run.run_group = run_group.number)');
}

/** The newest group of that name, made where there is none. To be called inside a write transaction. */
export function namedGroup(database: Database.Database, name: string): number {
  const known = database
    .prepare<[string], number>('SELECT number FROM run_group WHERE name = ? ORDER BY number DESC LIMIT 1')
    .pluck()
    .get(name);
  return known ?? newGroup(database, name, null).number;
}

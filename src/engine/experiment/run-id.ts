import { randomInt } from 'node:crypto';
import type Database from 'better-sqlite3';

/** No vowels and no look-alikes: an id never spells a word and survives being read aloud. */
const LETTERS = '23456789bcdfghjkmnpqrstvwxz';

/**
 * A new run's id, `20261123-231045-k3f9`: UTC date and time, so that ids sort by age, and four random characters. Safe in
 * file names and addresses.
 */
export function newRunId(now: Date): string {
  const stamp = now.toISOString().replaceAll(/[-:]/g, '').slice(0, 15).replace('T', '-');
  const tail = Array.from({ length: 4 }, () => LETTERS[randomInt(LETTERS.length)]).join('');
  return `${stamp}-${tail}`;
}

/** One that no run of this log has: of the runs of a sweep, made within one second, two would have the same every so often. */
export function freeRunId(database: Database.Database, now: Date): string {
  const find = database.prepare<[string], number>('SELECT 1 FROM run WHERE id = ?').pluck();
  for (;;) {
    const id = newRunId(now);
    if (find.get(id) === undefined) return id;
  }
}

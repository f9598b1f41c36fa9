import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { listBackups } from './backups.ts';
import { unreadableDatabase } from './database-error.ts';
import type { DatabaseKind } from './database-kind.ts';

const HEADER = Buffer.from('SQLite format 3\0', 'latin1');

/** Whether SQLite would begin a new database there: nothing is there, or a file of zero bytes. */
export function isBlank(path: string): boolean {
  return (statSync(path, { throwIfNoEntry: false })?.size ?? 0) === 0;
}

/**
 * Refuses to begin a database anew where there was one: its backups would go as those of the new one come.
 *
 * @throws ThawError `kind.unreadable`
 */
export function assertNotLost(kind: DatabaseKind, path: string): void {
  if (kind.recovery === null || !isBlank(path) || listBackups(path).length === 0) return;
  throw new ThawError(
    kind.unreadable,
    `The ${kind.name} lies beside its backups; '${path}' is ${existsSync(path) ? 'empty' : 'not there'}.`,
    `Put it back where it was moved or deleted; else \`${kind.recovery}\` goes on from a backup, and \`${kind.recovery} --empty\` begins an empty one.`,
  );
}

/**
 * SQLite would take a zero-byte file for a new database, and so do we; anything else must begin as one.
 *
 * @throws ThawError `kind.unreadable`
 */
export function assertDatabaseFile(kind: DatabaseKind, path: string): void {
  if (!existsSync(path)) return;
  const start = Buffer.alloc(HEADER.length);
  const file = openSync(path, 'r');
  try {
    const read = readSync(file, start, 0, HEADER.length, 0);
    if (read > 0 && !start.equals(HEADER)) throw unreadableDatabase(kind, path, 'the file is something else');
  } finally {
    closeSync(file);
  }
}

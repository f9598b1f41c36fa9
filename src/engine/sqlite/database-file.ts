import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { unreadableDatabase } from './database-error.ts';
import type { DatabaseKind } from './database-kind.ts';

const HEADER = Buffer.from('SQLite format 3\0', 'latin1');

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

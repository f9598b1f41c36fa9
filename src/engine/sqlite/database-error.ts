import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { explainDiskError, ThawError } from '../../shared/errors/thaw-error.ts';
import { listBackups } from './backups.ts';
import type { DatabaseKind } from './database-kind.ts';

/** The database cannot be trusted; its file is left as it is, for a person to decide. */
export function unreadableDatabase(kind: DatabaseKind, path: string, found: string, cause?: unknown): ThawError {
  const backup = listBackups(path)[0]?.path;
  const byHand =
    backup === undefined
      ? `Move '${path}' (and its -wal and -shm files) to another folder; ${kind.begunAnew}.`
      : `Move '${path}' (and its -wal and -shm files) to another folder and put the newest backup in its place: '${backup}'.`;
  const byCommand =
    backup === undefined
      ? `\`${kind.recovery ?? ''} --empty\` keeps it aside and begins an empty one`
      : `\`${kind.recovery ?? ''}\` keeps it aside and goes on from a backup`;
  const mend = kind.recovery === null ? byHand : `${byCommand}. By hand: ${byHand}`;
  return new ThawError(
    kind.unreadable,
    `The ${kind.name} must be a sound SQLite database; ${found}. It was left untouched.`,
    mend,
    { cause },
  );
}

/** Whether another process held the database for longer than a statement waits: the same may be taken later. */
export function isBusy(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ('code' in error && typeof error.code === 'string' && error.code.startsWith('SQLITE_BUSY')) return true;
  return error.cause !== undefined && isBusy(error.cause);
}

/** SQLite calls a full disk an input/output error where it cannot grow the files beside the database. */
const LEAST_FREE_BYTES = 256 * 1024;

function isFull(folder: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize < LEAST_FREE_BYTES;
  } catch {
    return false;
  }
}

/**
 * Turns what SQLite and the file system refuse into errors a person can act on; anything else is returned as it came.
 *
 * @param doing what was being done, to complete "Could not ...": `write the run`
 */
export function explainDatabaseError(error: unknown, kind: DatabaseKind, path: string, doing: string): unknown {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return error;
  const { code } = error;
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB') {
    return unreadableDatabase(kind, path, `SQLite found: ${error.message}`, error);
  }
  if (code.startsWith('SQLITE_BUSY')) {
    return new ThawError(
      kind.unreadable,
      `Could not ${doing}: another program held the ${kind.name} for too long (${error.message}).`,
      `Close whatever has '${path}' open, then try again.`,
      { cause: error },
    );
  }
  if (code === 'ENOTDIR' || code === 'EEXIST' || code === 'ENOENT' || code === 'EISDIR') {
    return new ThawError(
      'disk.readOnly',
      `Could not ${doing}: its folder cannot be made (${error.message}).`,
      'Set THAW_HOME to a folder that exists or can be made: not to a file, nor on a disk that cannot be written.',
      { cause: error },
    );
  }
  if (code.startsWith('SQLITE_IOERR')) {
    if (isFull(dirname(path)))
      return explainDiskError(Object.assign(new Error(error.message, { cause: error }), { code: 'ENOSPC' }), doing);
    return unreadableDatabase(kind, path, `the system could not read or write it (${error.message})`, error);
  }
  // SQLite adds what exactly was refused, as in SQLITE_READONLY_DIRECTORY.
  const general = /^SQLITE_(READONLY|CANTOPEN|FULL)/.exec(code)?.[0];
  if (general === undefined || general === code) return explainDiskError(error, doing);
  return explainDiskError(Object.assign(new Error(error.message, { cause: error }), { code: general }), doing);
}

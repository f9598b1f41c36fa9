import { statSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { listBackups } from './backups.ts';

/** A backup is due where the newest is older than this. */
const DUE_MILLISECONDS = 24 * 3600 * 1000;
/** What is left of the disk, beside several times the database: a backup must never be what fills it. */
const LEAST_FREE_BYTES = 1024 ** 3;
const ROOM = 4;

/**
 * Whether a database should be copied now: no backup is of the last day, and the disk has room to spare. One that a clock
 * gone wrong has put into the future counts for nothing.
 */
export async function isBackupDue(path: string, now: number): Promise<boolean> {
  if (listBackups(path).some(({ takenAt }) => takenAt <= now && now - takenAt < DUE_MILLISECONDS)) return false;
  const bytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (bytes === 0) return false;
  const { bavail, bsize } = await statfs(dirname(path));
  return bavail * bsize > ROOM * bytes + LEAST_FREE_BYTES;
}

import { mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import Database from 'better-sqlite3';

/** So many of the newest are kept, and of each earlier version its newest beside them, for whoever goes back to that Thaw. */
export const BACKUPS_KEPT = 5;

/** An unfinished copy that is older than this was left by a process that is gone. */
const ABANDONED_MILLISECONDS = 24 * 3600 * 1000;

export interface Backup {
  readonly path: string;
  /** Of the file, which is how a window names it. */
  readonly name: string;
  readonly bytes: number;
  /** Counts up, so that no clock decides which is the newest; 0 for those of the first Thaw, which had none. */
  readonly sequence: number;
  /** Milliseconds since 1970, UTC. */
  readonly takenAt: number;
  /** Of the schema. */
  readonly version: number;
}

/** Where the copies of a database are kept, beside it. */
export function backupFolder(path: string): string {
  return join(path, '..', 'backups');
}

function stampOf(moment: number): string {
  return new Date(moment).toISOString().replaceAll(/[-:.]/g, '');
}

function momentOf(stamp: string): number {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z$/.exec(stamp)?.slice(1).map(Number);
  const [year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0, rest = 0] = parts ?? [];
  return Date.UTC(year, month - 1, day, hour, minute, second, rest);
}

function parse(folder: string, base: string, name: string): Backup | null {
  if (!name.startsWith(`${base}-`)) return null;
  const found = /^(?:(\d{6,9})-)?(\d{8}T\d{9}Z)-version-(\d{1,9})\.db$/.exec(name.slice(base.length + 1));
  if (!found) return null;
  const [, sequence = '0', stamp = '', version = '0'] = found;
  const path = join(folder, name);
  const bytes = statSync(path, { throwIfNoEntry: false })?.size;
  if (bytes === undefined) return null;
  return { path, name, bytes, sequence: Number(sequence), takenAt: momentOf(stamp), version: Number(version) };
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** The backups of a database, the newest first. */
export function listBackups(path: string): readonly Backup[] {
  const folder = backupFolder(path);
  const base = basename(path, '.db');
  return namesIn(folder)
    .map((name) => parse(folder, base, name))
    .filter((backup) => backup !== null)
    .sort((first, second) => second.sequence - first.sequence || second.takenAt - first.takenAt);
}

/** Deletes the backups that are no longer kept, and what was begun and never finished. */
function rotate(path: string): void {
  const versions = new Set<number>();
  for (const [place, backup] of listBackups(path).entries()) {
    const newestOfVersion = !versions.has(backup.version);
    versions.add(backup.version);
    if (place >= BACKUPS_KEPT && !newestOfVersion) rmSync(backup.path, { force: true });
  }
  const folder = backupFolder(path);
  for (const name of namesIn(folder).filter((entry) => entry.endsWith('.part'))) {
    const written = statSync(join(folder, name), { throwIfNoEntry: false })?.mtimeMs;
    if (written !== undefined && Math.abs(Date.now() - written) > ABANDONED_MILLISECONDS) {
      rmSync(join(folder, name), { force: true });
    }
  }
}

/**
 * Copies a database as it stands now into its folder of backups, written aside and renamed, and lets go of the oldest. Others
 * may read and write it meanwhile; who calls may hold its write lock.
 *
 * @throws SQLite's or the file system's error; no half of a backup is left then
 */
export function backUp(path: string): Backup {
  const folder = backupFolder(path);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const reader = new Database(path, { readonly: true });
  let target: string;
  try {
    const version = Number(reader.pragma('user_version', { simple: true }));
    const sequence = String((listBackups(path)[0]?.sequence ?? 0) + 1).padStart(6, '0');
    target = join(folder, `${basename(path, '.db')}-${sequence}-${stampOf(Date.now())}-version-${version}.db`);
    const part = `${target}.${process.pid}.part`;
    try {
      reader.prepare('VACUUM INTO ?').run(part);
      renameSync(part, target);
    } catch (error) {
      rmSync(part, { force: true });
      throw error;
    }
  } finally {
    reader.close();
  }
  rotate(path);
  const made = listBackups(path).find((backup) => backup.path === target);
  if (!made) throw new Error(`The backup '${target}' was not kept.`);
  return made;
}

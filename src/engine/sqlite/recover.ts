import {
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { listBackups, type Backup } from './backups.ts';
import { explainDatabaseError, isBusy } from './database-error.ts';
import { assertDatabaseFile, isBlank } from './database-file.ts';
import type { DatabaseKind } from './database-kind.ts';
import { holdersOf } from './holders.ts';
import { assertOurs, findings, migrate } from './migrate.ts';

/** What SQLite keeps beside a database, and would take for another's that comes in its place. */
const BESIDE = ['-journal', '-wal', '-shm'];
/** Findings that are told of one database; more of them say no more. */
const MOST_FINDINGS = 20;

/** What comes in the place of a damaged database: a backup by its name, the newest sound one, or nothing. */
export type Replacement = { readonly name: string } | 'newest' | 'empty';

export interface Recovery {
  /**
   * The folder with the damaged file and those beside it, and with the backups where the newest of them is not what comes in
   * its place; null where there is nothing to keep.
   */
  readonly aside: string | null;
  /** null where an empty database is begun. */
  readonly restored: Backup | null;
}

/** Whether it says something of the file itself: one that another program holds or that may not be read can be sound. */
function isDamage(kind: DatabaseKind, error: unknown, explained: unknown): error is Error {
  return !isBusy(error) && explained instanceof ThawError && explained.code === kind.unreadable;
}

/**
 * What is wrong with a database file, by SQLite's full check; nothing for a sound one. Nothing is written, not even what waits
 * in its `-wal` file.
 *
 * @throws ThawError `kind.newer`, and where it cannot be looked at: `disk.readOnly`, or `kind.unreadable` while another program
 *   holds it
 */
export function examineFile(kind: DatabaseKind, path: string): readonly string[] {
  let database: Database.Database | null = null;
  try {
    if (isBlank(path)) return [existsSync(path) ? 'the file is empty' : 'the file is not there'];
    assertDatabaseFile(kind, path);
    database = new Database(path, { readonly: true, fileMustExist: true });
    assertOurs(database, kind);
    return findings(database, MOST_FINDINGS);
  } catch (error) {
    const explained = explainDatabaseError(error, kind, path, `check the ${kind.name}`);
    if (!isDamage(kind, error, explained)) throw explained;
    return [error.message];
  } finally {
    database?.close();
  }
}

/** One that cannot be looked at is passed over as a damaged one is. @throws ThawError `kind.newer` */
function isSound(kind: DatabaseKind, backup: Backup): boolean {
  try {
    return examineFile(kind, backup.path).length === 0;
  } catch (error) {
    if (error instanceof ThawError && error.code === kind.newer) throw error;
    return false;
  }
}

function chooseBackup(kind: DatabaseKind, path: string, replacement: Replacement): Backup | null {
  if (replacement === 'empty') return null;
  const backups = listBackups(path);
  if (replacement === 'newest') {
    const newest = backups.find((backup) => isSound(kind, backup));
    if (newest) return newest;
    throw new ThawError(
      kind.unreadable,
      `A damaged ${kind.name} is replaced by a sound backup; there are ${backups.length} backups, and none is sound.`,
      `Begin an empty one: the damaged file is kept aside all the same. \`${kind.recovery ?? ''} --empty\` does so.`,
    );
  }
  const named = backups.find(({ name }) => name === replacement.name);
  if (!named) {
    throw new ThawError(
      'usage.invalid',
      `A backup is named by its file; there is no '${replacement.name}' beside the ${kind.name}.`,
      `There are: ${backups.map(({ name }) => name).join(', ') || 'none'}.`,
    );
  }
  if (examineFile(kind, named.path).length === 0) return named;
  throw new ThawError(
    kind.unreadable,
    `A backup must be sound; '${named.path}' is damaged too.`,
    'Choose another one.',
  );
}

function unusedFolder(parent: string): string {
  const stamp = new Date().toISOString().replaceAll(/[-:.]/g, '');
  mkdirSync(parent, { recursive: true, mode: 0o700 });
  for (let count = 1; ; count += 1) {
    const folder = join(parent, `${stamp}-${count}`);
    try {
      mkdirSync(folder, { mode: 0o700 });
      return folder;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
  }
}

function copySynced(from: string, to: string): void {
  copyFileSync(from, to);
  const file = openSync(to, 'r+');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** A second name for the file, so that there is no moment without one at its place; where a disk has no links, it is moved. */
function keepAside(path: string, aside: string): void {
  try {
    linkSync(path, aside);
  } catch {
    renameSync(path, aside);
  }
}

function keepBackup(path: string, aside: string): void {
  try {
    linkSync(path, aside);
  } catch {
    copyFileSync(path, aside);
  }
}

function makeEmpty(kind: DatabaseKind, path: string): void {
  // What a killed process left.
  rmSync(path, { force: true });
  const database = new Database(path);
  try {
    migrate(database, kind);
  } finally {
    database.close();
  }
}

/**
 * Puts a backup, or an empty one, in the place of a database that is damaged or gone. The damaged file and those that belong to it are kept in
 * `damaged/`, never overwritten. Those go first: beside another database SQLite would take them for that one's.
 *
 * @throws ThawError `usage.invalid` where the database is sound or never was, or there is no such backup; `kind.newer`;
 *   `kind.unreadable` where no backup is sound, or another program has the database open: nothing was done then; `disk.full`,
 *   `disk.readOnly`
 */
export function recover(kind: DatabaseKind, path: string, replacement: Replacement): Recovery {
  const backups = listBackups(path);
  if (isBlank(path) && backups.length === 0) {
    throw new ThawError(
      'usage.invalid',
      `Only what was there is recovered; nothing is at '${path}', nor a backup of it.`,
      `Go on: an empty ${kind.name} is begun there.`,
    );
  }
  const beside = BESIDE.map((suffix) => `${path}${suffix}`);
  const holders = holdersOf([path, ...beside]);
  if (holders.length > 0) {
    throw new ThawError(
      kind.unreadable,
      `A damaged ${kind.name} is set aside once nobody has it open; process ${holders.join(', ')} has '${path}' open.`,
      'Close that window or command, then try again.',
    );
  }
  if (examineFile(kind, path).length === 0) {
    throw new ThawError(
      'usage.invalid',
      `Only a damaged ${kind.name} is recovered; SQLite finds nothing wrong with '${path}'.`,
      'Go on with it.',
    );
  }
  const backup = chooseBackup(kind, path, replacement);
  const part = `${path}.part`;
  const moved: { readonly from: string; readonly to: string }[] = [];
  try {
    if (backup) copySynced(backup.path, part);
    else makeEmpty(kind, part);
    const left = beside.filter((name) => existsSync(name));
    // New backups would take the place of those that know more than what comes now.
    const passedOver = backups[0]?.path === backup?.path ? [] : backups;
    const isThere = existsSync(path);
    const aside = isThere || left.length + passedOver.length > 0 ? unusedFolder(join(dirname(path), 'damaged')) : null;
    if (aside !== null) {
      for (const { path: from, name } of passedOver) keepBackup(from, join(aside, name));
      for (const from of left) {
        const to = join(aside, basename(from));
        renameSync(from, to);
        moved.push({ from, to });
      }
      if (isThere) keepAside(path, join(aside, basename(path)));
    }
    renameSync(part, path);
    return { aside, restored: backup };
  } catch (error) {
    // What belongs together stays together.
    for (const { from, to } of moved) renameSync(to, from);
    rmSync(part, { force: true, recursive: true });
    throw explainDatabaseError(error, kind, path, `recover the ${kind.name}`);
  }
}

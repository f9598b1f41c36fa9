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
import { explainDatabaseError } from './database-error.ts';
import { assertDatabaseFile } from './database-file.ts';
import type { DatabaseKind } from './database-kind.ts';
import { holdersOf } from './holders.ts';
import { assertOurs, findings } from './migrate.ts';

/** What SQLite keeps beside a database, and would take for another's that comes in its place. */
const BESIDE = ['-journal', '-wal', '-shm'];
/** Findings that are told of one database; more of them say no more. */
const MOST_FINDINGS = 20;

/** What comes in the place of a damaged database: a backup by its name, the newest sound one, or nothing. */
export type Replacement = { readonly name: string } | 'newest' | 'empty';

export interface Recovery {
  /** The folder with the damaged file, and those beside it where there were any. */
  readonly aside: string;
  /** null where an empty database is begun. */
  readonly restored: Backup | null;
}

/**
 * What is wrong with a database file, by SQLite's full check; nothing for a sound one. Nothing is written, not even what waits
 * in its `-wal` file.
 *
 * @throws ThawError `kind.newer`
 */
export function examineFile(kind: DatabaseKind, path: string): readonly string[] {
  let database: Database.Database | null = null;
  try {
    assertDatabaseFile(kind, path);
    database = new Database(path, { readonly: true, fileMustExist: true });
    assertOurs(database, kind);
    return findings(database, MOST_FINDINGS);
  } catch (error) {
    if (error instanceof ThawError && error.code === kind.newer) throw error;
    return [error instanceof Error ? error.message : String(error)];
  } finally {
    database?.close();
  }
}

function chooseBackup(kind: DatabaseKind, path: string, replacement: Replacement): Backup | null {
  if (replacement === 'empty') return null;
  const backups = listBackups(path);
  const sound = (backup: Backup): boolean => examineFile(kind, backup.path).length === 0;
  if (replacement === 'newest') {
    const newest = backups.find(sound);
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
  if (sound(named)) return named;
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

/**
 * Puts a backup, or nothing, in the place of a damaged database. The damaged file and those that belong to it are kept in
 * `damaged/`, never overwritten. Those go first: beside another database SQLite would take them for that one's.
 *
 * @throws ThawError `usage.invalid` where the database is sound or there is no such backup; `kind.newer`; `kind.unreadable`
 *   where no backup is sound, or another process has the database open: nothing was done then; `disk.full`, `disk.readOnly`
 */
export function recover(kind: DatabaseKind, path: string, replacement: Replacement): Recovery {
  if (!existsSync(path)) {
    throw new ThawError('usage.invalid', `Only what is there is recovered; there is no '${path}'.`, 'Nothing is lost.');
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
    const aside = unusedFolder(join(dirname(path), 'damaged'));
    for (const from of beside.filter((name) => existsSync(name))) {
      const to = join(aside, basename(from));
      renameSync(from, to);
      moved.push({ from, to });
    }
    keepAside(path, join(aside, basename(path)));
    if (backup) renameSync(part, path);
    else rmSync(path, { force: true });
    return { aside, restored: backup };
  } catch (error) {
    // What belongs together stays together.
    for (const { from, to } of moved) renameSync(to, from);
    rmSync(part, { force: true, recursive: true });
    throw explainDatabaseError(error, kind, path, `recover the ${kind.name}`);
  }
}

import { chmodSync, copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { ThawError } from '../../../shared/errors/thaw-error.ts';
import { assertOurs, migrate } from '../../sqlite/migrate.ts';
import { DATASET_INDEX, DatasetIndex, indexPath, openDatasetIndex } from './dataset-index.ts';

/** The bytes of a database's header that say that a log is written beside it, which a copy in memory has not. */
const WRITE_AHEAD = [18, 19];

/** By which files are known not to have changed meanwhile. */
function stateOf(files: readonly string[]): string {
  const states = files.map((file) => statSync(file, { throwIfNoEntry: false }));
  return JSON.stringify(states.map((state) => state && [state.size, state.mtimeMs]));
}

/**
 * The content of a database with what is still in its log: only SQLite puts them together, and it writes beside them, so a
 * copy elsewhere does for that. @throws the file system's or SQLite's error
 */
function contentWithLog(path: string, scratch: string): Buffer {
  const folder = mkdtempSync(join(scratch, 'thaw-index-'));
  try {
    const copy = join(folder, 'index.db');
    const files = [path, `${path}-wal`];
    const before = stateOf(files);
    copyFileSync(path, copy);
    copyFileSync(`${path}-wal`, `${copy}-wal`);
    if (stateOf(files) !== before) throw new Error('another program writes to it');
    // What cannot be written cannot be written as a copy either.
    for (const file of [copy, `${copy}-wal`]) chmodSync(file, 0o600);
    const database = new Database(copy);
    try {
      database.pragma('journal_mode = delete');
    } finally {
      database.close();
    }
    return readFileSync(copy);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @throws ThawError `disk.readOnly` where what is still in its log cannot be read, `index.unreadable` */
function readIndex(path: string, scratch: string): Buffer {
  if ((statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) === 0) return readFileSync(path);
  try {
    return contentWithLog(path, scratch);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ThawError(
      'disk.readOnly',
      `The index of datasets at '${path}' cannot be written, and its last edits are still in its log, which can be read in a copy only; in '${scratch}' none could be made (${why}).`,
      'Let Thaw write to THAW_HOME once, set TMPDIR to a folder that can be written, or set THAW_HOME to another folder.',
      { cause: error },
    );
  }
}

/** The index as it stands, in memory: what is written to it is not kept. */
function copyInMemory(path: string, scratch: string): DatasetIndex {
  const content = readIndex(path, scratch);
  for (const place of WRITE_AHEAD) content[place] = 1;
  const database = new Database(content);
  try {
    assertOurs(database, DATASET_INDEX);
    migrate(database, DATASET_INDEX);
    return new DatasetIndex(database, false);
  } catch (error) {
    database.close();
    throw error;
  }
}

/**
 * The index of a workspace. Where it cannot be written it is one in memory, with what was decided of images before; null
 * where none can be made: then nothing was. One that cannot be read is refused, for without its edits a dataset would be
 * another.
 *
 * @param home THAW_HOME
 * @param scratch a folder for a copy of it
 * @throws ThawError as `openDatasetIndex`
 */
export function indexIfAny(home: string, open: () => DatasetIndex, scratch = tmpdir()): DatasetIndex | null {
  try {
    return open();
  } catch (error) {
    if (!(error instanceof ThawError) || !error.code.startsWith('disk.')) throw error;
    const path = indexPath(home);
    return existsSync(path) ? copyInMemory(path, scratch) : null;
  }
}

/** Works with the index of a workspace, and closes it then. @param home THAW_HOME; left out, there is none */
export async function withIndex<Result>(
  home: string | undefined,
  work: (index: DatasetIndex | null) => Promise<Result>,
): Promise<Result> {
  const index = home === undefined ? null : indexIfAny(home, () => openDatasetIndex(home));
  try {
    return await work(index);
  } finally {
    index?.close();
  }
}

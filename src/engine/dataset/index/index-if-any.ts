import { existsSync, readFileSync, statSync } from 'node:fs';
import Database from 'better-sqlite3';
import { ThawError } from '../../../shared/errors/thaw-error.ts';
import { assertOurs, migrate } from '../../sqlite/migrate.ts';
import { DATASET_INDEX, DatasetIndex, indexPath, openDatasetIndex } from './dataset-index.ts';

/** The bytes of a database's header that say that a log is written beside it, which a copy in memory has not. */
const WRITE_AHEAD = [18, 19];

/** The index as it stands, in memory: what is written to it is not kept. null where part of it is still in its log. */
function copyInMemory(path: string): DatasetIndex | null {
  if ((statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0) return null;
  const content = readFileSync(path);
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
 * @throws ThawError as `openDatasetIndex`
 */
export function indexIfAny(home: string, open: () => DatasetIndex): DatasetIndex | null {
  try {
    return open();
  } catch (error) {
    if (!(error instanceof ThawError) || !error.code.startsWith('disk.')) throw error;
    const path = indexPath(home);
    if (!existsSync(path)) return null;
    const copy = copyInMemory(path);
    if (copy) return copy;
    throw error;
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

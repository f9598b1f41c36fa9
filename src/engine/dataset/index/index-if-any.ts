import { existsSync } from 'node:fs';
import { ThawError } from '../../../shared/errors/thaw-error.ts';
import { indexPath, openDatasetIndex, type DatasetIndex } from './dataset-index.ts';

/**
 * The index of a workspace; null where none can be made, for then nothing was decided of any image. One that is there and
 * cannot be opened is refused: without its edits a dataset would be another.
 *
 * @param home THAW_HOME
 * @throws ThawError as `openDatasetIndex`
 */
export function indexIfAny(home: string, open: () => DatasetIndex): DatasetIndex | null {
  try {
    return open();
  } catch (error) {
    const none = error instanceof ThawError && error.code.startsWith('disk.') && !existsSync(indexPath(home));
    if (none) return null;
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

import { existsSync } from 'node:fs';
import { ThawError } from '../../../shared/errors/thaw-error.ts';
import { indexPath, type DatasetIndex } from './dataset-index.ts';

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

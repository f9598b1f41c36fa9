import { existsSync } from 'node:fs';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { readEdits, type KeptEdits } from '../dataset/edits/edit-steps.ts';
import { NO_EDITS } from '../dataset/edits/image-edits.ts';
import { indexPath } from '../dataset/index/dataset-index.ts';
import { knownDataset } from '../dataset/index/indexed-dataset.ts';
import type { ServiceContext } from './context.ts';

export const NOTHING_DECIDED: KeptEdits = { edits: NO_EDITS, undo: null, redo: null };

/**
 * What was decided of the images of a folder.
 *
 * @param root absolute, links resolved
 * @throws ThawError `index.unreadable`, `index.newer`: without its edits a dataset would be another
 */
export function editsOfRoot(context: Pick<ServiceContext, 'home' | 'index'>, root: string): KeptEdits {
  try {
    const datasetId = knownDataset(context.index, root);
    return datasetId === null ? NOTHING_DECIDED : readEdits(context.index, datasetId);
  } catch (error) {
    // Where no index can be made, none was.
    const none = error instanceof ThawError && error.code.startsWith('disk.') && !existsSync(indexPath(context.home));
    if (none) return NOTHING_DECIDED;
    throw error;
  }
}

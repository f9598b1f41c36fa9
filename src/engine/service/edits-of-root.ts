import { existsSync } from 'node:fs';
import type { DatasetSource } from '../../shared/contract/plan.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { readEdits, type KeptEdits } from '../dataset/edits/edit-steps.ts';
import { NO_EDITS, type ImageEdits } from '../dataset/edits/image-edits.ts';
import { indexPath } from '../dataset/index/dataset-index.ts';
import { knownDataset } from '../dataset/index/indexed-dataset.ts';
import { realRoot } from '../dataset/read-content.ts';
import { datasetRoot } from '../training/dataset-root.ts';
import type { ServiceContext } from './context.ts';

const NOTHING_DECIDED: KeptEdits = { edits: NO_EDITS, undo: null, redo: null };

/** What was decided of a dataset's images; nothing of features. @throws ThawError `dataset.missing`, as `editsOfRoot` */
export async function editsOf(
  context: Pick<ServiceContext, 'home' | 'index'>,
  source: DatasetSource,
): Promise<ImageEdits> {
  return source.kind === 'features' ? NO_EDITS : editsOfRoot(context, await realRoot(datasetRoot(source))).edits;
}

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

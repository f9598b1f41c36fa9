import { readEdits, type KeptEdits } from './edit-steps.ts';
import { NO_EDITS } from './image-edits.ts';
import type { DatasetIndex } from '../index/dataset-index.ts';
import { knownDataset } from '../index/indexed-dataset.ts';

const NOTHING_DECIDED: KeptEdits = { edits: NO_EDITS, undo: null, redo: null };

/**
 * What was decided of the images of a folder.
 *
 * @param index null where none can be kept
 * @param root absolute, links resolved
 * @throws ThawError `index.unreadable`: without its edits a dataset would be another
 */
export function editsOfRoot(index: DatasetIndex | null, root: string): KeptEdits {
  const datasetId = index && knownDataset(index, root);
  return index === null || datasetId === null ? NOTHING_DECIDED : readEdits(index, datasetId);
}

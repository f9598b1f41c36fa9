import { existsSync } from 'node:fs';
import type { DatasetSource } from '../../shared/contract/plan.ts';
import { editedRoots } from '../dataset/edits/edit-steps.ts';
import { NO_EDITS, type ImageEdits } from '../dataset/edits/image-edits.ts';
import type { DatasetIndex } from '../dataset/index/dataset-index.ts';
import { knownDataset } from '../dataset/index/indexed-dataset.ts';
import { presentRoot } from '../dataset/index/relocate.ts';
import { realRoot } from '../dataset/read-content.ts';
import { datasetRoot } from '../training/dataset-root.ts';
import type { ServiceContext } from './context.ts';
import { editsOfRoot } from '../dataset/edits/edits-of-root.ts';

/**
 * What was decided of the images of a dataset that need not be open; nothing of features.
 *
 * @throws ThawError `dataset.missing`, `index.unreadable`, or what opening a folder meets that may have been moved
 */
export async function editsOfSource(
  context: Pick<ServiceContext, 'indexIfAny' | 'datasets' | 'tasks'>,
  source: DatasetSource,
): Promise<ImageEdits> {
  if (source.kind === 'features') return NO_EDITS;
  const index = context.indexIfAny;
  const root = await realRoot(datasetRoot(source), index);
  // A folder that was moved, or is back, is known again by what is in it, and its edits with it.
  const mayBeKnown = (known: DatasetIndex): boolean =>
    presentRoot(known, root) !== null || editedRoots(known).some((edited) => !existsSync(edited));
  if (index && knownDataset(index, root) === null && mayBeKnown(index)) {
    const { original } = await context.tasks.run(undefined, 'image', (task) => context.datasets.open(source, task));
    return editsOfRoot(index, original.root).edits;
  }
  return editsOfRoot(index, root).edits;
}

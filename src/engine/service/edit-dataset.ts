import { realpath } from 'node:fs/promises';
import path from 'node:path';
import type { DatasetEdits, ImageSelection } from '../../shared/contract/dataset-edits.ts';
import type { DatasetView } from '../../shared/contract/dataset-view.ts';
import type { Request } from '../../shared/contract/endpoint.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { originalClasses } from '../dataset/edits/apply-edits.ts';
import { countEdits } from '../dataset/edits/edit-words.ts';
import { makeStep, redoStep, undoStep, type EditStep, type KeptEdits } from '../dataset/edits/edit-steps.ts';
import type { OriginalImage } from '../dataset/edits/image-edits.ts';
import { enterDataset, knownDataset } from '../dataset/index/indexed-dataset.ts';
import { presentRoot } from '../dataset/index/relocate.ts';
import { datasetRoot } from '../training/dataset-root.ts';
import type { ServiceContext } from './context.ts';
import { viewOf } from './dataset-view.ts';
import type { IdentifiedImage, OpenedDataset } from './datasets.ts';
import { editsOfRoot } from '../dataset/edits/edits-of-root.ts';
import { filterImages } from './filter-images.ts';
import { resolveDataset } from './resolve-references.ts';

/** @throws ThawError `usage.invalid` for features, whose images are not known; `file.notGranted` */
export async function openedImages(context: ServiceContext, datasetId: string): Promise<OpenedDataset> {
  if (context.features.has(datasetId)) {
    throw new ThawError(
      'usage.invalid',
      'Images are decided upon in a folder; features have none.',
      'Open the folder that the features were taken of, and take them again.',
    );
  }
  return context.datasets.byId(datasetId);
}

/** Tells every window of a step that was kept, and answers with the dataset as it is now. */
export async function taken(
  context: ServiceContext,
  { datasetId, original }: OpenedDataset,
  kept: KeptEdits,
): Promise<DatasetView> {
  context.datasets.edited(original.root, kept);
  for (const id of context.datasets.idsOf(original.root))
    context.events.tellDataset({ datasetId: id, change: 'edits' });
  return viewOf(await context.datasets.byId(datasetId), context.watching.problemOf(datasetId));
}

/** @throws ThawError `file.notGranted` for an id that the dataset did not give; `usage.invalid` for another version */
function selected(
  context: ServiceContext,
  opened: OpenedDataset,
  selection: ImageSelection,
): readonly IdentifiedImage[] {
  if ('filter' in selection) {
    const version = opened.dataset?.version ?? '';
    if (selection.version === undefined || selection.version === version)
      return filterImages(context, opened, selection.filter);
    throw new ThawError(
      'usage.invalid',
      'All images that pass a filter are decided upon as they were shown; the dataset has changed since.',
      'Look at what passes the filter now, and select it again.',
    );
  }
  const known = new Map([...opened.images, ...opened.aside].map((image) => [image.imageId, image]));
  return selection.imageIds.map((imageId) => {
    const image = known.get(imageId);
    if (image) return image;
    throw new ThawError(
      'file.notGranted',
      'An image is named by the id that its dataset gave it; this dataset has no such image any more.',
      'Open the dataset again: an image of it was changed, moved or removed.',
    );
  });
}

/** By what the index knows a folder that is open. @throws ThawError `dataset.missing` where it lies elsewhere since */
function indexed({ index }: ServiceContext, root: string): number {
  const known = knownDataset(index, root);
  if (known !== null) return known;
  const present = presentRoot(index, root);
  if (present === null) return enterDataset(index, root);
  throw new ThawError(
    'dataset.missing',
    `Images are decided upon where their dataset lies; the one of ${root} was found at ${present} since.`,
    'Open it where it lies now.',
  );
}

/**
 * Makes one step of edits of these images, of which `taken` is still to tell.
 *
 * @throws ThawError `dataset.classes` or `dataset.images` where too little would be left to train on; `dataset.missing` where
 *   the dataset lies elsewhere since; `index.unreadable`
 */
export function decide(
  context: ServiceContext,
  opened: OpenedDataset,
  chosen: readonly Pick<OriginalImage, 'path' | 'contentHash'>[],
  step: Omit<EditStep, 'images'>,
): KeptEdits {
  const { original } = opened;
  const says = originalClasses(original, new Set(chosen.map((image) => image.path)));
  const images = chosen.map(({ path: file, contentHash }): OriginalImage => {
    return { path: file, contentHash, className: says.get(file) ?? null };
  });
  return makeStep(context.index, indexed(context, original.root), { ...step, images }, (edits) =>
    context.datasets.expectUsable(opened, edits),
  );
}

/** Decides something of images. @throws ThawError as `decide`; `file.notGranted`, `usage.invalid` for features */
export async function editDataset(
  context: ServiceContext,
  { datasetId, images, change }: Request<'dataset.edit'>,
): Promise<DatasetView> {
  const opened = await openedImages(context, datasetId);
  const chosen = selected(context, opened, images).map(({ image }) => image);
  return taken(context, opened, decide(context, opened, chosen, { change }));
}

/** Takes the last step back, or makes it again. @throws ThawError `usage.invalid` where there is none; `file.notGranted` */
export async function retraceEdit(
  context: ServiceContext,
  { datasetId }: Request<'dataset.undo'>,
  direction: 'undo' | 'redo',
): Promise<DatasetView> {
  const opened = await openedImages(context, datasetId);
  const retrace = direction === 'undo' ? undoStep : redoStep;
  return taken(context, opened, retrace(context.index, indexed(context, opened.original.root)));
}

/** Everything that was decided of a folder's images. @throws ThawError `file.notGranted`, `dataset.missing` for features */
export async function listEdits(context: ServiceContext, { dataset }: Request<'dataset.edits'>): Promise<DatasetEdits> {
  const given = path.resolve(datasetRoot(resolveDataset(context, dataset)));
  const index = context.indexIfAny;
  const root = await realpath(given).catch(() => (index && presentRoot(index, given)) ?? given);
  const { edits, undo, redo } = editsOfRoot(index, root);
  return { root, summary: { ...countEdits(edits), undo, redo }, edits: [...edits.values()] };
}

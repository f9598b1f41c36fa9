import path from 'node:path';
import type { DatasetView, ImageEntry, ImagePage } from '../../shared/contract/dataset-view.ts';
import type { Request } from '../../shared/contract/endpoint.ts';
import type { DatasetSource } from '../../shared/contract/plan.ts';
import { codePointOrder } from '../dataset/code-point-order.ts';
import type { Dataset } from '../dataset/dataset.ts';
import { countEdits } from '../dataset/edits/edit-words.ts';
import { NO_EDITS } from '../dataset/edits/image-edits.ts';
import { DEFAULT_SPLIT } from '../dataset/split/default-split.ts';
import { datasetRoot } from '../training/dataset-root.ts';
import type { ServiceContext } from './context.ts';
import type { IdentifiedImage, OpenedDataset } from './datasets.ts';
import { filterImages } from './filter-images.ts';
import { networkOnFeatures } from './on-features.ts';
import { noteRecent } from './recent-datasets.ts';
import { resolveDataset } from './resolve-references.ts';

type SplitCounts = DatasetView['counts'];

/** How many images there are of each class in each split. */
export function countByClass(dataset: Pick<Dataset, 'classes' | 'images'>): Pick<DatasetView, 'classes' | 'counts'> {
  const none = (): SplitCounts => ({ train: 0, validation: 0, test: 0 });
  const classes = dataset.classes.map((name) => ({ name, counts: none() }));
  const counts = none();
  for (const { label, split } of dataset.images) {
    counts[split] += 1;
    const own = classes[label];
    if (own) own.counts[split] += 1;
  }
  return { classes, counts };
}

/** The tags in use and how many images have each. */
function countTags(images: readonly IdentifiedImage[]): DatasetView['tags'] {
  const counts = new Map<string, number>();
  for (const { edit } of images) for (const tag of edit?.tags ?? []) counts.set(tag, (counts.get(tag) ?? 0) + 1);
  return [...counts]
    .map(([name, count]) => ({ name, count }))
    .sort((left, right) => codePointOrder(left.name, right.name));
}

/** What is counted: the dataset, or where edits leave too little for one, the images as they would train. */
export function countedImages({ dataset, content, images }: OpenedDataset): Pick<Dataset, 'classes' | 'images'> {
  if (dataset) return dataset;
  return {
    classes: content.classes,
    images: images.flatMap(({ image: { split, ...image } }) => (split === null ? [] : [{ ...image, split }])),
  };
}

/** @param unwatched why its folder is not watched, as a sentence; null where it is, or nobody follows */
export function viewOf(opened: OpenedDataset, unwatched: string | null): DatasetView {
  const { datasetId, source, content, dataset, edits, problem } = opened;
  return {
    ...countByClass(countedImages(opened)),
    datasetId,
    source,
    name: path.basename(content.root) || content.root,
    root: content.root,
    structure: {
      ...content.structure,
      notes: [
        ...content.structure.notes,
        ...(problem ? [problem.message] : []),
        ...(unwatched === null ? [] : [unwatched]),
      ],
    },
    unlabelled: content.unlabelled.length,
    validation: content.ownValidation ? 'given' : 'share',
    skipped: [...content.skipped],
    version: dataset?.version ?? '',
    edits: { ...countEdits(edits.edits), undo: edits.undo, redo: edits.redo },
    tags: countTags([...opened.images, ...opened.aside]),
    features: null,
  };
}

/** Reads what a features file says of its rows; the features themselves are read when training begins. */
async function openFeaturesView(
  context: ServiceContext,
  source: Extract<DatasetSource, { kind: 'features' }>,
): Promise<DatasetView> {
  const outline = await context.features.open(source.path);
  const { description, unlabelled, ownValidation, file } = outline;
  const dataset = context.features.split(outline, DEFAULT_SPLIT);
  return {
    ...countByClass(dataset),
    datasetId: context.features.idOf(source.path),
    source,
    name: path.basename(source.path),
    root: source.path,
    structure: null,
    unlabelled: 0,
    validation: ownValidation ? 'given' : 'share',
    skipped: [],
    version: dataset.version,
    edits: { ...countEdits(NO_EDITS), undo: null, redo: null },
    tags: [],
    features: {
      network: networkOnFeatures(description, undefined),
      layers: description.arrays.map(({ layer, shape }) => ({ name: layer, shape: [...shape] })),
      bytes: file.bytes,
      unlabelled,
    },
  };
}

/**
 * Opens a folder or a features file, or looks whether one that is open has changed.
 *
 * @throws ThawError `file.notGranted`, `run.unknown`, `task.cancelled`, or what is wrong with the dataset
 */
export async function openDatasetView(
  context: ServiceContext,
  { dataset, taskId }: Request<'dataset.open'>,
): Promise<DatasetView> {
  const source = resolveDataset(context, dataset);
  if (source.kind === 'features') {
    const view = await context.tasks.run(taskId, 'image', () => openFeaturesView(context, source));
    noteRecent(context, source.path);
    return view;
  }
  const followed = context.events.hears('dataset');
  const { opened, ahead } = await context.tasks.run(taskId, 'image', async (task) => {
    const ahead = followed ? await context.watching.ahead(datasetRoot(source)) : null;
    try {
      return { opened: await context.datasets.open(source, task), ahead };
    } catch (error) {
      ahead?.watch.close();
      throw error;
    }
  });
  if (source.kind === 'folder') noteRecent(context, opened.content.root, opened.content.structure);
  if (!followed) return viewOf(opened, null);
  context.measuring.begin(opened.datasetId);
  return viewOf(opened, await context.watching.begin(opened, ahead));
}

function entryOf({ imageId, image, edit, originalClass, decidedClass }: IdentifiedImage): ImageEntry {
  return {
    imageId,
    path: image.path,
    classIndex: image.label,
    split: image.split,
    bytes: image.bytes,
    excluded: edit?.excluded === true,
    tags: [...(edit?.tags ?? [])],
    originalClass,
    decidedClass,
    edited: edit !== null,
  };
}

/** One page of a dataset's images, by class, then by path in code-point order. @throws ThawError `file.notGranted` */
export async function listImages(
  context: ServiceContext,
  { datasetId, offset, limit, ...filter }: Request<'dataset.images'>,
): Promise<ImagePage> {
  // Of features the images are not known.
  if (context.features.has(datasetId)) return { total: 0, images: [] };
  const wanted = filterImages(context, await context.datasets.byId(datasetId), filter);
  return { total: wanted.length, images: wanted.slice(offset, offset + limit).map(entryOf) };
}

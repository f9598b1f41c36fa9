import type { SkippedImage } from '../../shared/contract/run.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { codePointOrder } from './code-point-order.ts';
import type { DatasetImage, Split } from './dataset.ts';
import { listClassFiles } from './dataset-files.ts';
import { decideImages, type CandidateImage } from './edits/apply-edits.ts';
import { editsOfRoot } from './edits/edits-of-root.ts';
import { datasetOrder, type OpenDatasetOptions } from './open-dataset.ts';
import { examineDataset, readStructure } from './read-content.ts';
import { splitImages } from './split/split-images.ts';

/** The label of an image that lies in no class folder. */
export const UNLABELLED = -1;

/** An image of which a class need not be known. */
export interface CollectedImage extends Omit<DatasetImage, 'split'> {
  /** null where it lies outside of all class folders; its label is then `UNLABELLED`. */
  readonly split: Split | null;
}

/** All images of a folder, with what is known of them. */
export interface ImageCollection {
  /** Absolute, links resolved. */
  readonly root: string;
  /** Sorted by code point; none where all images are unlabelled. */
  readonly classes: readonly string[];
  /** Labelled ones in the order of a dataset, then the others by path in code-point order. */
  readonly images: readonly CollectedImage[];
  /** Files that are no usable images, sorted by path. */
  readonly skipped: readonly SkippedImage[];
}

const namesOf = (images: readonly Pick<CandidateImage, 'className'>[]): Set<string> =>
  new Set(images.flatMap(({ className }) => className ?? []));

/**
 * Reads every image of a folder, for work that needs no classes: labelled and split as `openDataset` does where there are
 * class folders, unlabelled where an image lies outside of them all. Any number of classes will do, none too. Edits that are
 * not given are those that the index keeps.
 *
 * @throws ThawError `dataset.missing`, `dataset.classes` for two folders of one split, `dataset.empty`; the signal's reason
 */
export async function readImages(root: string, options: OpenDatasetOptions): Promise<ImageCollection> {
  const { root: resolved, listing } = await readStructure(root, options);
  const refused: SkippedImage[] = [...listing.refused];
  const candidates: { path: string; realPath: string; split: Split | null; className: string | null }[] = [
    ...listing.files,
  ];
  for (const { entry } of listing.outside) {
    options.signal?.throwIfAborted();
    if (entry.kind === 'file') {
      candidates.push({ path: entry.path, realPath: entry.realPath, split: null, className: null });
      continue;
    }
    const listed = await listClassFiles(resolved, entry.realPath, entry.path);
    for (const file of listed.files) candidates.push({ ...file, split: null, className: null });
    for (const one of listed.refused) refused.push(one);
  }
  const examined = await examineDataset(
    resolved,
    candidates,
    ({ path, split, className }, found): CandidateImage => ({ path, split, className, ...found }),
    options,
  );
  const found = [...listing.contained, ...examined.images];
  // Only now: reading the folder has edits follow the images that were moved.
  const { used } = decideImages(found, options.edits ?? editsOfRoot(options.index ?? null, resolved).edits);
  const [before, now] = [namesOf(found), namesOf(used)];
  // A class that edits took all images from is none any more.
  const named = [...listing.classNames, ...namesOf(candidates), ...before].filter(
    (name) => now.has(name) || !before.has(name),
  );
  const classes = [...new Set([...named, ...now])].sort(codePointOrder);
  const labels = new Map(classes.map((name, label) => [name, label]));
  const images = used.map(({ className, ...image }): CollectedImage => ({
    ...image,
    label: labels.get(className ?? '') ?? UNLABELLED,
  }));
  const { skipped } = examined;
  if (images.length === 0) {
    throw new ThawError(
      'dataset.empty',
      `Features are taken of images, but ${resolved} has none${skipped.length > 0 ? ` (${skipped.length} files were no usable images)` : ''}.`,
      'Give a folder with images in it, in class folders or not.',
    );
  }
  const labelled = images.flatMap(({ split, ...image }) => (split === null ? [] : [{ ...image, split }]));
  const splits = splitImages(labelled, listing.splits.has('validation'), options);
  return {
    root: resolved,
    classes,
    images: [
      ...labelled.map((image, index) => ({ ...image, split: splits[index] ?? image.split })).sort(datasetOrder),
      ...images.filter(({ split }) => split === null).toSorted((left, right) => codePointOrder(left.path, right.path)),
    ],
    skipped: [...refused, ...skipped].sort((left, right) => codePointOrder(left.path, right.path)),
  };
}

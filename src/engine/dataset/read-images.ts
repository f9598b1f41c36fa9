import type { SkippedImage } from '../../shared/contract/run.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { codePointOrder } from './code-point-order.ts';
import type { DatasetImage, Split } from './dataset.ts';
import { listClassFiles } from './dataset-files.ts';
import { datasetOrder, type OpenDatasetOptions } from './open-dataset.ts';
import { examineAll, readStructure } from './read-content.ts';
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

/**
 * Reads every image of a folder, for work that needs no classes: labelled and split as `openDataset` does where there are
 * class folders, unlabelled where an image lies outside of them all. Any number of classes will do, none too.
 *
 * @throws ThawError `dataset.missing`, `dataset.classes` for two folders of one split, `dataset.empty`; the signal's reason
 */
export async function readImages(root: string, options: OpenDatasetOptions): Promise<ImageCollection> {
  const { root: resolved, listing } = await readStructure(root, options);
  const names = [...listing.files, ...listing.contained].map(({ className }) => className);
  const classes = [...new Set([...listing.classNames, ...names])].sort(codePointOrder);
  const labels = new Map(classes.map((name, label) => [name, label]));
  const labelOf = (className: string): number => labels.get(className) ?? UNLABELLED;
  const refused: SkippedImage[] = [...listing.refused];
  const candidates: { path: string; realPath: string; split: Split | null; label: number }[] = listing.files.map(
    ({ className, ...file }) => ({ ...file, label: labelOf(className) }),
  );
  for (const { entry } of listing.outside) {
    options.signal?.throwIfAborted();
    if (entry.kind === 'file') {
      candidates.push({ path: entry.path, realPath: entry.realPath, split: null, label: UNLABELLED });
      continue;
    }
    const listed = await listClassFiles(resolved, entry.realPath, entry.path);
    for (const file of listed.files) candidates.push({ ...file, split: null, label: UNLABELLED });
    for (const one of listed.refused) refused.push(one);
  }
  const examined = await examineAll(candidates, options);
  const contained = listing.contained.map(({ className, ...image }) => ({ ...image, label: labelOf(className) }));
  const images: readonly CollectedImage[] = [...contained, ...examined.images];
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

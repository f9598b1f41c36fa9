import { createHash } from 'node:crypto';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { codePointOrder } from './code-point-order.ts';
import { SPLITS } from './dataset.ts';
import type { Dataset, DatasetImage } from './dataset.ts';
import { readContent, type DatasetContent, type ReadContentOptions } from './read-content.ts';
import { validationContent } from './split-by-content.ts';

export type { Dataset, Split } from './dataset.ts';

export interface SplitOptions {
  /** Share of each class held out for validation where the folder has no validation folder, in (0, 1). */
  readonly validationShare: number;
  readonly seed: number;
}

export interface OpenDatasetOptions extends SplitOptions, Omit<ReadContentOptions, 'previous'> {}

/** The contents of training images that are held out where there is no validation; none where nothing can be. */
export function heldOutContent(
  images: readonly Pick<DatasetImage, 'split' | 'label' | 'contentHash'>[],
  { validationShare, seed }: SplitOptions,
): ReadonlySet<string> {
  const training = images.filter(({ split }) => split === 'train');
  const byClass = [...Map.groupBy(training, ({ label }) => label)].sort(([left], [right]) => left - right);
  const contents = byClass.map(([, ofClass]) => ofClass.map(({ contentHash }) => contentHash));
  return validationContent(contents, validationShare, seed);
}

/** Moves the held-out part of the training images to validation, where the dataset brings none. */
function withValidation(root: string, images: readonly DatasetImage[], options: SplitOptions): readonly DatasetImage[] {
  const heldOut = heldOutContent(images, options);
  if (heldOut.size === 0) {
    throw new ThawError(
      'dataset.images',
      `Some images must be left for validation, but the classes of ${root} have only one each.`,
      'Add more images, or a val folder with images of the same classes.',
    );
  }
  return images.map((image) =>
    image.split === 'train' && heldOut.has(image.contentHash) ? { ...image, split: 'validation' } : image,
  );
}

/** By split, then by class, then by path in code-point order. */
export function datasetOrder(left: DatasetImage, right: DatasetImage): number {
  return (
    SPLITS.indexOf(left.split) - SPLITS.indexOf(right.split) ||
    left.label - right.label ||
    codePointOrder(left.path, right.path)
  );
}

/** SHA-256 over the dataset's content as lines, so that the same files under the same names have one version anywhere. */
function versionOf(classes: readonly string[], images: readonly DatasetImage[]): string {
  const lines = images.map(({ split, label, path, contentHash }) =>
    [split, classes[label] ?? '', path, contentHash].join('\t'),
  );
  const hash = createHash('sha256');
  for (const line of lines.sort(codePointOrder)) hash.update(`${line}\n`);
  return hash.digest('hex');
}

/**
 * What a folder holds as training takes it, without reading anything again.
 *
 * @throws ThawError `dataset.images` where nothing can be held out, `dataset.classes` where no classes are known
 */
export function splitContent(content: DatasetContent, options: SplitOptions): Dataset {
  const { root, classes, skipped, ownValidation } = content;
  if (classes.length === 0) {
    throw new ThawError(
      'dataset.classes',
      `A classifier needs two classes or more, but of the ${content.unlabelled.length} images in ${root} no class is known.`,
      'Put the images of each class in a folder of its own, name the class in each file name, or add a CSV of path and label.',
    );
  }
  const labels = new Map(classes.map((name, label): [string, number] => [name, label]));
  const labelled = content.images.map(({ className, ...image }): DatasetImage => {
    return { ...image, label: labels.get(className) ?? 0 };
  });
  const images = (ownValidation ? labelled : withValidation(root, labelled, options)).toSorted(datasetOrder);
  return { root, classes, images, skipped, version: versionOf(classes, images) };
}

/**
 * Reads a folder as `readContent` does, and holds a part of the training images out where it brings no validation.
 *
 * @throws ThawError `dataset.missing`, `dataset.empty`, `dataset.classes` or `dataset.images`; the signal's reason
 */
export async function openDataset(root: string, options: OpenDatasetOptions): Promise<Dataset> {
  return splitContent(await readContent(root, options), options);
}

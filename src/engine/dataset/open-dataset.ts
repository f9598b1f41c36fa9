import { createHash } from 'node:crypto';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { codePointOrder } from './code-point-order.ts';
import { SPLITS } from './dataset.ts';
import type { Dataset, DatasetImage } from './dataset.ts';
import { readContent, type DatasetContent, type FoundImage, type ReadContentOptions } from './read-content.ts';
import { validationContent } from './split-by-content.ts';

export type { Dataset, Split } from './dataset.ts';

export interface SplitOptions {
  /** Share of each class held out for validation where the folder has no validation folder, in (0, 1). */
  readonly validationShare: number;
  readonly seed: number;
}

export interface OpenDatasetOptions extends SplitOptions, Omit<ReadContentOptions, 'previous'> {}

/** Moves the held-out part of the training images to validation, where the dataset brings none. */
function withValidation(
  root: string,
  classes: readonly string[],
  images: readonly FoundImage[],
  options: SplitOptions,
): readonly FoundImage[] {
  const byClass = new Map(classes.map((name): [string, string[]] => [name, []]));
  for (const image of images) {
    if (image.split === 'train') byClass.get(image.className)?.push(image.contentHash);
  }
  const heldOut = validationContent([...byClass.values()], options.validationShare, options.seed);
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
 * @throws ThawError `dataset.images` where nothing can be held out
 */
export function splitContent(content: DatasetContent, options: SplitOptions): Dataset {
  const { root, classes, skipped, ownValidation } = content;
  const split = ownValidation ? content.images : withValidation(root, classes, content.images, options);
  const labels = new Map(classes.map((name, label): [string, number] => [name, label]));
  const images = split
    .map(({ className, ...image }): DatasetImage => ({ ...image, label: labels.get(className) ?? 0 }))
    .sort(
      (left, right) =>
        SPLITS.indexOf(left.split) - SPLITS.indexOf(right.split) ||
        left.label - right.label ||
        codePointOrder(left.path, right.path),
    );
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

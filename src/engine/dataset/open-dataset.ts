import path from 'node:path';
import { createHash } from 'node:crypto';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { codePointOrder } from './code-point-order.ts';
import { SPLITS } from './dataset.ts';
import type { Dataset, DatasetImage, Split } from './dataset.ts';
import { applyEdits } from './edits/apply-edits.ts';
import { NO_EDITS, type ImageEdits } from './edits/image-edits.ts';
import type { FoundImage } from './found-image.ts';
import { atOnce, type Slices } from './in-slices.ts';
import { readContent, type DatasetContent, type ReadContentOptions } from './read-content.ts';
import { splitImages, splitsToTrainOn, type SplitOptions } from './split/split-images.ts';
import { NO_TRAINING_IMAGE } from './usable-classes.ts';

export type { Dataset, Split } from './dataset.ts';

export interface OpenDatasetOptions extends SplitOptions, ReadContentOptions {
  /** What was decided of its images beside what the folder says. */
  readonly edits?: ImageEdits | undefined;
}

/** Lines of a version that are taken at a time. */
const SLICE = 10_000;

/** By split, then by class, then by path in code-point order. */
export function datasetOrder(left: DatasetImage, right: DatasetImage): number {
  return (
    SPLITS.indexOf(left.split) - SPLITS.indexOf(right.split) ||
    left.label - right.label ||
    codePointOrder(left.path, right.path)
  );
}

/** SHA-256 over the dataset's content as lines, so that the same files under the same names have one version anywhere. */
function* versionOf(classes: readonly string[], images: readonly DatasetImage[]): Slices<string> {
  const lines = images.map(({ split, label, path, contentHash, pinned, tags }) =>
    [
      split,
      classes[label] ?? '',
      path,
      contentHash,
      ...(pinned === undefined ? [] : ['pinned']),
      ...(tags === undefined ? [] : [JSON.stringify(tags)]),
    ].join('\t'),
  );
  yield;
  lines.sort(codePointOrder);
  const hash = createHash('sha256');
  for (let start = 0; start < lines.length; start += SLICE) {
    yield;
    hash.update(`${lines.slice(start, start + SLICE).join('\n')}\n`);
  }
  return hash.digest('hex');
}

/** The classes of a dataset that are not only tested, with their images, where images of these splits may train. */
function classesToTrain(
  { classes, images, untrained, skipped }: DatasetContent,
  splits: readonly Split[],
): Pick<Dataset, 'classes' | 'skipped'> & { readonly found: readonly FoundImage[] } {
  const added = new Set(
    untrained.flatMap(({ split, className, pinned }) =>
      pinned === undefined && splits.includes(split) ? [className] : [],
    ),
  );
  if (added.size === 0) return { classes, skipped, found: images };
  const own = untrained.filter(({ className }) => added.has(className));
  const paths = new Set(own.map(({ path }) => path));
  return {
    classes: [...classes, ...added].sort(codePointOrder),
    found: [...images, ...own],
    skipped: skipped.filter(
      ({ path, reason }) => !paths.has(path) && !(reason === NO_TRAINING_IMAGE && added.has(path)),
    ),
  };
}

/** Why a split leaves nothing for validation, as a sentence's end. */
function nothingHeldOut({ split, groupPattern }: SplitOptions, ownValidation: boolean): string {
  if (ownValidation && (split === undefined || split.kind === 'given')) {
    return 'those that it brings for it are left out or moved to another split';
  }
  if (split?.kind === 'folds') {
    return `fold ${split.fold} of ${split.folds} holds nothing, or only what a class needs to train on`;
  }
  const unit = groupPattern === null || groupPattern === undefined ? 'image' : `group of /${groupPattern}/`;
  return `each ${unit} that trains is the last of some class`;
}

const FEWEST_CLASSES = 2;

/** All images of a folder that says no classes, or too few. @throws ThawError `dataset.empty` where none is left */
function withoutClasses({ root, images, unlabelled }: DatasetContent): readonly FoundImage[] {
  const all = [
    ...images.map((image) => ({ ...image, className: '' })),
    ...unlabelled.map((image) => ({ ...image, className: '', split: 'train' as const })),
  ];
  if (all.length > 0) return all;
  throw new ThawError(
    'dataset.empty',
    `A dataset holds images, but no image of ${root} is left to train on.`,
    'Undo what was decided of its images, as with `thaw dataset undo`.',
  );
}

/** Of a folder that says no classes, or whose classes were edited away. @throws ThawError `dataset.classes` */
function refuseClasses({ root, classes, unlabelled }: DatasetContent): never {
  const [only] = classes;
  const { length } = unlabelled;
  const folder = path.basename(root) || root;
  const images = length === 1 ? 'one image' : `${length} images`;
  const found =
    only !== undefined
      ? `in ${folder} only '${only}' has images to train on`
      : length > 0
        ? `of the ${images} in ${folder} no class is known`
        : `no image of ${folder} is left to train on`;
  throw new ThawError(
    'dataset.classes',
    `A classifier needs two classes or more, but ${found}.`,
    length > 0
      ? 'Put the images of each class in a folder of its own, name the class in each file name, or add a CSV of path and label; without classes a network can learn another task, such as rotation.'
      : 'Undo what was decided of its images, as with `thaw dataset undo`.',
  );
}

/** That no class was left without training images by what stays together with pinned ones. @throws ThawError `dataset.images` */
function expectTrained(classes: readonly string[], images: readonly DatasetImage[], splits: readonly Split[]): void {
  const trained = new Set(images.flatMap(({ label }, index) => (splits[index] === 'train' ? [label] : [])));
  const lost = classes.find((_, label) => !trained.has(label));
  if (lost === undefined) return;
  throw new ThawError(
    'dataset.images',
    `Each class needs an image to train on, but all of '${lost}' stay together with images that were moved to another split.`,
    'Move other images, or choose smaller groups.',
  );
}

/**
 * What a folder holds as training takes it, without reading anything again.
 *
 * @throws ThawError `dataset.images` where nothing can be held out, `dataset.classes` where no classes are known,
 *   `usage.invalid` for a split that is none
 */
export function splitContent(content: DatasetContent, options: SplitOptions): Dataset {
  return atOnce(splitInSlices(content, options));
}

/** As `splitContent`, in slices. */
export function* splitInSlices(content: DatasetContent, options: SplitOptions): Slices<Dataset> {
  const { root, ownValidation } = content;
  const hasClasses = content.classes.length >= FEWEST_CLASSES;
  if (!hasClasses && options.withoutClasses !== true) refuseClasses(content);
  const { classes, found, skipped } = hasClasses
    ? classesToTrain(content, splitsToTrainOn(ownValidation, options))
    : { classes: [], found: withoutClasses(content), skipped: content.skipped };
  const labels = new Map(classes.map((name, label): [string, number] => [name, label]));
  const labelled = found.map(({ className, ...image }): DatasetImage => {
    return { ...image, label: labels.get(className) ?? 0 };
  });
  yield;
  const splits = splitImages(labelled, ownValidation, options);
  if (hasClasses) expectTrained(classes, labelled, splits);
  if (!splits.includes('validation')) {
    throw new ThawError(
      'dataset.images',
      `Some images must be left for validation, but of those in ${root} none can be: ${nothingHeldOut(options, ownValidation)}.`,
      'Add more images or a val folder of the same classes, or choose smaller groups or fewer folds.',
    );
  }
  yield;
  const divided = labelled.map((image, index): DatasetImage => ({ ...image, split: splits[index] ?? image.split }));
  yield;
  // Of each split they are in order already where the folder is read in order.
  const images = SPLITS.flatMap((split) => divided.filter((image) => image.split === split).sort(datasetOrder));
  yield;
  return { root, classes, images, skipped, version: yield* versionOf(classes, images) };
}

/**
 * Reads a folder as `readContent` does, and holds a part of the training images out where it brings no validation.
 *
 * @throws ThawError `dataset.missing`, `dataset.empty`, `dataset.classes` or `dataset.images`; the signal's reason
 */
export async function openDataset(root: string, options: OpenDatasetOptions): Promise<Dataset> {
  return splitContent(applyEdits(await readContent(root, options), options.edits ?? NO_EDITS), options);
}

import type { DatasetStructure } from '../../shared/contract/dataset-structure.ts';
import type { SkippedImage } from '../../shared/contract/run.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { codePointOrder } from './code-point-order.ts';
import type { FoundImage } from './found-image.ts';
import { firstProblems, lackingWords, leftOut } from './structure/lacking.ts';
import type { StructureListing } from './structure/listing.ts';

/** What a folder was found to hold, before its classes are known to be enough. */
interface Listed {
  readonly root: string;
  readonly structure: DatasetStructure;
  readonly listing: StructureListing;
}

const quoted = (names: readonly string[]): string => {
  const shown = names.slice(0, 5).map((name) => `'${name}'`);
  return names.length > 5 ? `${shown.join(', ')} and ${names.length - 5} more` : shown.join(', ');
};

/**
 * What contradicts a classifier is told before a long read.
 *
 * @param few whether a single class is enough
 * @throws ThawError `dataset.empty`, `dataset.classes`
 */
export function checkClasses({ root, structure, listing }: Listed, few = false): void {
  const classes = [...new Set(listing.classNames)].sort(codePointOrder);
  if (classes.length > 1 || (few && classes.length === 1)) return;
  const { noClasses, hint } = lackingWords(root, structure, listing);
  if (classes.length === 0) {
    throw new ThawError('dataset.empty', `${noClasses}.${firstProblems(leftOut(listing))}`, hint);
  }
  const inFolders = structure.kind === 'classFolders' || structure.kind === 'splitFolders';
  throw new ThawError(
    'dataset.classes',
    `A classifier needs two classes or more, but ${root} has only ${quoted(classes)}.${inFolders ? '' : firstProblems(leftOut(listing))}`,
    inFolders
      ? `Add a folder for each further class; if the classes lie within ${quoted(classes)}, open that folder instead.`
      : hint,
  );
}

/** Why a class is listed that has no training image as its dataset divides its images. */
export const NO_TRAINING_IMAGE = 'the class has no usable training image and is left out';

/** Why an image of such a class is listed. */
export const untrainedReason = (className: string): string => `its class '${className}' has no training image`;

interface UsableClasses {
  readonly classes: readonly string[];
  readonly images: readonly FoundImage[];
  /** Of classes without training images. */
  readonly untrained: readonly FoundImage[];
  readonly left: readonly SkippedImage[];
}

/**
 * The classes that there is something to learn of; images of others are left out and listed.
 *
 * @param skipped files that were no usable images
 * @param few whether fewer than two are enough
 * @throws ThawError `dataset.empty`, `dataset.images` where fewer than two classes are left
 */
export function usableClasses(
  { root, structure, listing }: Listed,
  found: readonly FoundImage[],
  skipped: readonly SkippedImage[],
  few = false,
): UsableClasses {
  const { place, hint, more } = lackingWords(root, structure, listing);
  const aside = skipped.length === 0 ? '' : ` (${skipped.length} files were no usable images)`;
  const problems = firstProblems(skipped);
  if (found.length === 0) {
    throw new ThawError(
      'dataset.empty',
      `A dataset holds images, but there are none ${place}${aside}.${problems}`,
      hint,
    );
  }
  const trained = new Set(found.flatMap(({ split, className }) => (split === 'train' ? [className] : [])));
  const empty = [...new Set(listing.classNames)].filter((name) => !trained.has(name));
  if (trained.size < 2 && !few) {
    throw new ThawError(
      'dataset.images',
      `Two classes or more must have training images, but in ${root} there are none of ${quoted(empty.sort(codePointOrder))}${aside}.${problems}`,
      more,
    );
  }
  const untrained = found.filter(({ className }) => !trained.has(className));
  return {
    classes: [...trained].sort(codePointOrder),
    images: found.filter(({ className }) => trained.has(className)),
    untrained,
    left: [
      ...empty.map((path) => ({ path, reason: NO_TRAINING_IMAGE })),
      ...untrained.map(({ path, className }) => ({ path, reason: untrainedReason(className) })),
    ],
  };
}

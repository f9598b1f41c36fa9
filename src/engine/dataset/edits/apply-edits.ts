import type { ImageEdit } from '../../../shared/contract/dataset-edits.ts';
import type { SkippedImage } from '../../../shared/contract/run.ts';
import { codePointOrder } from '../code-point-order.ts';
import type { Split } from '../dataset.ts';
import type { FoundImage, UnlabelledImage } from '../found-image.ts';
import type { DatasetContent } from '../read-content.ts';
import { strongestPins } from '../split/pins.ts';
import { NO_TRAINING_IMAGE, untrainedReason } from '../usable-classes.ts';
import type { ImageEdits } from './image-edits.ts';

/** An image before its class is known to have others to train on. */
export interface CandidateImage extends UnlabelledImage {
  /** null where no class is known of it. */
  readonly className: string | null;
  readonly split: Split | null;
}

/** What a folder holds with what was decided of its images. */
export interface EditedContent extends DatasetContent {
  /** Images that are left out, as they would be used; by path in code-point order. */
  readonly excluded: readonly CandidateImage[];
}

const byPath = (left: { readonly path: string }, right: { readonly path: string }): number =>
  codePointOrder(left.path, right.path);

function decided(image: CandidateImage, edit: ImageEdit | undefined): CandidateImage {
  if (!edit) return image;
  const { className = image.className, split, tags } = edit;
  return {
    ...image,
    className,
    // What is given a class in a folder that says none is there to be trained on.
    split: split ?? image.split ?? (className === null ? null : 'train'),
    ...(split !== undefined && { pinned: split }),
    ...(tags !== undefined && { tags }),
  };
}

/**
 * Images of one content are kept in one split where any is, so that no copy of what validates is trained on; an excluded one
 * counts, for where duplicates are mended it may be the one that was kept in a split.
 */
function together(images: readonly CandidateImage[], excluded: readonly CandidateImage[]): readonly CandidateImage[] {
  const pins = strongestPins([...images, ...excluded], ({ contentHash }) => contentHash);
  if (pins.size === 0) return images;
  return images.map((image) => {
    const pinned = pins.get(image.contentHash);
    return pinned === undefined ? image : { ...image, split: pinned, pinned };
  });
}

/** Images as they are used, and those that are not. */
export function decideImages(
  images: readonly CandidateImage[],
  edits: ImageEdits,
): { readonly used: readonly CandidateImage[]; readonly excluded: readonly CandidateImage[] } {
  const [used, excluded]: [CandidateImage[], CandidateImage[]] = [[], []];
  for (const image of images) {
    const edit = edits.get(image.path);
    (edit?.excluded === true ? excluded : used).push(decided(image, edit));
  }
  return { used: together(used, excluded), excluded };
}

const labelled = ({ className, split, ...image }: CandidateImage): FoundImage[] =>
  className === null || split === null ? [] : [{ ...image, className, split }];

/** What the folder says of the classes of some images, by path; nothing where it says none. */
export function originalClasses(
  content: DatasetContent,
  of: { readonly size: number; readonly has: (path: string) => boolean },
): ReadonlyMap<string, string> {
  if (of.size === 0) return new Map();
  return new Map(
    [...content.images, ...content.untrained].flatMap(({ path, className }) =>
      of.has(path) ? [[path, className] as const] : [],
    ),
  );
}

/** The files that are listed as not used, once the classes are others. */
function leftOut(
  content: DatasetContent,
  all: readonly FoundImage[],
  trained: ReadonlySet<string>,
): readonly SkippedImage[] {
  const before = new Set(content.untrained.map(({ path }) => path));
  const listed = content.skipped.filter(({ path, reason }) => reason !== NO_TRAINING_IMAGE && !before.has(path));
  const named = content.skipped.flatMap(({ path, reason }) => (reason === NO_TRAINING_IMAGE ? [path] : []));
  const classes = new Set([...content.classes, ...named, ...all.map(({ className }) => className)]);
  const untrained = all.filter(({ className }) => !trained.has(className));
  return [
    ...listed,
    ...[...classes].filter((name) => !trained.has(name)).map((path) => ({ path, reason: NO_TRAINING_IMAGE })),
    ...untrained.map(({ path, className }) => ({ path, reason: untrainedReason(className) })),
  ].sort(byPath);
}

/**
 * What a folder holds once what was decided of its images is taken with it, nothing read again: classes are counted anew, so
 * that one may come into being or lose all that it trains on. Edits of images that are not there decide nothing.
 */
export function applyEdits(content: DatasetContent, edits: ImageEdits): EditedContent {
  if (edits.size === 0) return { ...content, excluded: [] };
  const known: readonly CandidateImage[] = [
    ...content.images,
    ...content.untrained,
    ...content.unlabelled.map((image) => ({ ...image, className: null, split: null })),
  ];
  const { used, excluded } = decideImages(known, edits);
  const all = used.flatMap(labelled);
  const trained = new Set(all.flatMap(({ split, className }) => (split === 'train' ? [className] : [])));
  return {
    ...content,
    classes: [...trained].sort(codePointOrder),
    images: all.filter(({ className }) => trained.has(className)),
    untrained: all.filter(({ className }) => !trained.has(className)),
    unlabelled: used.filter(({ className }) => className === null),
    skipped: leftOut(content, all, trained),
    excluded: excluded.toSorted(byPath),
  };
}

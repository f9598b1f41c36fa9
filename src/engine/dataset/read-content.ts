import { realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import type { DatasetStructure, OpenedStructure } from '../../shared/contract/dataset-structure.ts';
import type { SkippedImage } from '../../shared/contract/run.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { codePointOrder } from './code-point-order.ts';
import { readableReason } from './dataset-files.ts';
import type { FoundImage, UnlabelledImage } from './found-image.ts';
import type { DatasetIndex } from './index/dataset-index.ts';
import { knownDataset } from './index/indexed-dataset.ts';
import { presentRoot } from './index/relocate.ts';
import { keep, remember, type IndexedContent, type Remembered } from './index/remembered.ts';
import { examineAll, type AsImage, type Candidate, type ExaminedFiles } from './scan/examine-all.ts';
import { classNotes } from './structure/class-notes.ts';
import { findBase, type Base } from './structure/folder-layout.ts';
import { firstProblems, HINT_LAYOUT } from './structure/lacking.ts';
import type { StructureListing } from './structure/listing.ts';
import { listStructure, recogniseStructures } from './structure/recognise.ts';
import { checkClasses, usableClasses } from './usable-classes.ts';

export interface ReadContentOptions {
  /** How the folder is laid out; recognised where it is left out. */
  readonly structure?: DatasetStructure | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Files examined so far, and files in all. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  /** Whether classes are enough that nothing could train, such as a single one: of what is only to be evaluated. */
  readonly fewClasses?: boolean | undefined;
  /** What is known of datasets from before: files that are as they were then are not read again. Left out or null, all are. */
  readonly index?: DatasetIndex | null | undefined;
}

/** What a folder holds, before any of its training images are held out for validation. */
export interface DatasetContent {
  /** Absolute, links resolved. */
  readonly root: string;
  readonly structure: OpenedStructure;
  /** Sorted by code point; none in a folder of unlabelled images. */
  readonly classes: readonly string[];
  readonly images: readonly FoundImage[];
  /** Images of classes that the dataset gives nothing to train on, for where all are divided anew; they stand in `skipped`. */
  readonly untrained: readonly FoundImage[];
  /** The images of a folder without classes, by path in code-point order; none where there are classes. */
  readonly unlabelled: readonly UnlabelledImage[];
  /** Files that are not used, sorted by path. */
  readonly skipped: readonly SkippedImage[];
  /** Those of them that say no class where others do; left out where there are none. */
  readonly outside?: readonly SkippedImage[] | undefined;
  /** Whether the dataset brings validation images. */
  readonly ownValidation: boolean;
  /** null where nothing is kept of it. */
  readonly indexed: IndexedContent | null;
}

/** What to do where a dataset is known but has gone. */
function hintOf(root: string, index: DatasetIndex | null): string {
  if (index === null || knownDataset(index, root) === null) return HINT_LAYOUT;
  return 'Connect its disk, or open it where it is now: it is then known again, with all that was decided of its images.';
}

/**
 * @param index knows where a dataset lies that lay at `root` before
 * @throws ThawError `dataset.missing`
 */
export async function realRoot(root: string, index: DatasetIndex | null = null): Promise<string> {
  let found: string;
  try {
    const resolved = await realpath(root);
    if ((await stat(resolved)).isDirectory()) return resolved;
    found = 'it is a file';
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    const present = missing && index ? presentRoot(index, path.resolve(root)) : null;
    if (present !== null && present !== root) return realRoot(present, index);
    found = missing ? 'nothing of that name exists' : readableReason(error);
  }
  throw new ThawError(
    'dataset.missing',
    `A dataset is a folder of images, but of ${root}: ${found}.`,
    hintOf(root, index),
  );
}

/** How a folder is laid out, and what that makes of it. */
export interface ReadStructure {
  /** Of the dataset, links resolved. */
  readonly root: string;
  readonly structure: DatasetStructure;
  readonly recognised: boolean;
  readonly alternatives: readonly DatasetStructure[];
  readonly listing: StructureListing;
}

/**
 * Recognises how a folder is laid out, unless that is said, and lists what is in it; no image is read.
 *
 * @throws ThawError `dataset.missing`, `dataset.classes`, or what the structure asked for lacks; the signal's reason
 */
export async function readStructure(
  root: string,
  { structure, signal, index = null }: Pick<ReadContentOptions, 'structure' | 'signal' | 'index'>,
): Promise<ReadStructure> {
  const resolved = await realRoot(root, index);
  let base: Base;
  try {
    base = await findBase(resolved);
  } catch (error) {
    throw new ThawError(
      'dataset.missing',
      `The folders of a dataset must be readable, but in ${resolved}: ${readableReason(error)}.`,
      'Give yourself permission to read the folder, then open it again.',
      { cause: error },
    );
  }
  const fitting = await recogniseStructures(base);
  signal?.throwIfAborted();
  const used = structure ?? fitting[0];
  const same = (other: DatasetStructure): boolean => JSON.stringify(other) === JSON.stringify(used);
  return {
    root: resolved,
    structure: used,
    recognised: structure === undefined,
    alternatives: fitting.filter((other) => !same(other)),
    listing: await listStructure(base, used, signal),
  };
}

/** A disk that was unplugged leaves every later file missing: that is no dataset of the files read until then. */
async function stillThere(root: string): Promise<() => Promise<void>> {
  const place = async (): Promise<string> => {
    // Where a disk was mounted an empty folder stays, which is another one.
    const found = await stat(root, { bigint: true }).catch(() => null);
    return found ? `${found.dev}/${found.ino}` : '';
  };
  const before = await place();
  return async () => {
    if (before !== '' && (await place()) === before) return;
    throw new ThawError(
      'dataset.missing',
      `A dataset must stay in its place while it is read, but ${root} has gone.`,
      'Connect its disk, or put the folder back, then open it again.',
    );
  };
}

/**
 * Examines the files of a dataset, those alone that are not known from before, and has the index know them.
 *
 * @param root links resolved
 * @throws ThawError `dataset.missing` where it went meanwhile, `index.unreadable`; the signal's reason
 */
export async function examineDataset<Known extends Candidate, Image extends object>(
  root: string,
  candidates: readonly Known[],
  asImage: AsImage<Known, Image>,
  { index = null, signal, onProgress }: ReadContentOptions,
): Promise<ExaminedFiles<Image> & Pick<DatasetContent, 'indexed'>> {
  const expectStillThere = await stillThere(root);
  const paths = candidates.map((candidate) => candidate.path);
  const remembered: Remembered | null = index && (await remember(index, root, paths, signal));
  const examined = await examineAll(candidates, asImage, { signal, onProgress, known: remembered?.files });
  await expectStillThere();
  signal?.throwIfAborted();
  const read = { root, files: examined.files, expectStillThere };
  return { ...examined, indexed: index && remembered && (await keep(index, remembered, read)) };
}

function indexNotes(indexed: IndexedContent | null): readonly string[] {
  if (indexed === null) return [];
  const { movedFrom, notes } = indexed;
  if (movedFrom === null) return notes;
  return [
    `It lay at ${movedFrom} before: what is known of its images and what was decided of them came along. Should it be there again as well, it holds in both places.`,
    ...notes,
  ];
}

const byPath = (left: { readonly path: string }, right: { readonly path: string }): number =>
  codePointOrder(left.path, right.path);

/**
 * Reads a folder of images in any structure that is recognised or asked for. Files are recognised by content and identified
 * by its SHA-256; those that are no usable images are listed in `skipped` (whether an image decodes is found out when it
 * is). Links are followed within the root only. What is wrong with a part of it is said, and the rest is read all the same.
 *
 * @throws ThawError `dataset.missing`, `dataset.empty`, `dataset.classes` or `dataset.images`; the signal's reason
 */
export async function readContent(root: string, options: ReadContentOptions): Promise<DatasetContent> {
  const { listing, ...found } = await readStructure(root, options);
  const resolved = found.root;
  const structure = (notes: readonly string[]): OpenedStructure => ({
    structure: found.structure,
    recognised: found.recognised,
    words: listing.words,
    alternatives: [...found.alternatives],
    notes: [...listing.notes, ...notes],
  });
  if (found.structure.kind === 'unlabelled') {
    const candidates = listing.outside.map(({ entry }) => ({ path: entry.path, realPath: entry.realPath }));
    const { images, skipped, indexed } = await examineDataset(
      resolved,
      candidates,
      ({ path: own }, found): UnlabelledImage => ({ path: own, ...found }),
      options,
    );
    if (images.length === 0) {
      const others = skipped.length === 0 ? 'nothing in it' : `only ${skipped.length} other files`;
      throw new ThawError(
        'dataset.empty',
        `A dataset holds images, but ${resolved} has ${others}.${firstProblems([...listing.refused, ...skipped.toSorted(byPath)])}`,
        HINT_LAYOUT,
      );
    }
    return {
      root: resolved,
      structure: structure(indexNotes(indexed)),
      classes: [],
      images: [],
      untrained: [],
      unlabelled: images.toSorted(byPath),
      skipped: [...listing.refused, ...skipped].sort(byPath),
      ownValidation: false,
      indexed,
    };
  }
  const listed = { root: resolved, structure: found.structure, listing };
  const { fewClasses = false } = options;
  checkClasses(listed, fewClasses);
  const examined = await examineDataset(
    resolved,
    listing.files,
    ({ path: own, split, className }, found): FoundImage => ({ path: own, split, className, ...found }),
    options,
  );
  const all = [...listing.contained, ...examined.images];
  const unusable = examined.skipped.toSorted(byPath);
  const { classes, images, untrained, left } = usableClasses(listed, all, unusable, fewClasses);
  const outside = listing.outside.map(({ entry, reason }) => ({ path: entry.path, reason }));
  const ownValidation = listing.splits.has('validation');
  if (ownValidation && !fewClasses && !images.some((image) => image.split === 'validation')) {
    throw new ThawError(
      'dataset.images',
      `Where a dataset brings validation, it has images of classes that train, but ${resolved} has none that can be used.${firstProblems([...listing.refused, ...unusable, ...left])}`,
      'Add images for validation, or remove what says that there are any: then a part of the training images is held out.',
    );
  }
  return {
    root: resolved,
    structure: structure([...classNotes(listing, all, classes), ...indexNotes(examined.indexed)]),
    classes,
    images,
    untrained,
    unlabelled: [],
    skipped: [...listing.refused, ...outside, ...unusable, ...left].sort(byPath),
    ...(outside.length > 0 && { outside }),
    ownValidation,
    indexed: examined.indexed,
  };
}

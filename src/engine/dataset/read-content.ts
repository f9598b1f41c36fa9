import { realpath, stat } from 'node:fs/promises';
import type { DatasetStructure, OpenedStructure } from '../../shared/contract/dataset-structure.ts';
import type { SkippedImage } from '../../shared/contract/run.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { codePointOrder } from './code-point-order.ts';
import { readableReason } from './dataset-files.ts';
import type { DatasetImage } from './dataset.ts';
import { examineFile, fileState, sameState, type FileState } from './examine-file.ts';
import type { FoundImage, UnlabelledImage } from './found-image.ts';
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
  /** What was read of the same root before: files that are as they were then are not read again. */
  readonly previous?: DatasetContent | undefined;
}

interface Candidate {
  readonly path: string;
  readonly realPath: string;
}

interface KnownFile {
  readonly state: FileState;
  readonly contentHash: string;
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
  /** Whether the dataset brings validation images. */
  readonly ownValidation: boolean;
  /** Every image by its real path. */
  readonly files: ReadonlyMap<string, KnownFile>;
}

/** As many files are read at a time; each reader holds `SCRATCH_BYTES`. Node's four file threads are kept busy. */
const READERS = 8;
const SCRATCH_BYTES = 2 ** 18;

/** @throws ThawError `dataset.missing` */
export async function realRoot(root: string): Promise<string> {
  let found: string;
  try {
    const resolved = await realpath(root);
    if ((await stat(resolved)).isDirectory()) return resolved;
    found = 'it is a file';
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    found = missing ? 'nothing of that name exists' : readableReason(error);
  }
  throw new ThawError('dataset.missing', `A dataset is a folder of images, but of ${root}: ${found}.`, HINT_LAYOUT);
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
  { structure, signal }: Pick<ReadContentOptions, 'structure' | 'signal'>,
): Promise<ReadStructure> {
  const resolved = await realRoot(root);
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

/** The file as it was found before; undefined where it was not, or has changed since. */
async function unchanged(realPath: string, previous: DatasetContent | undefined): Promise<KnownFile | undefined> {
  const known = previous?.files.get(realPath);
  if (!known) return undefined;
  const found = await stat(realPath).catch(() => null);
  return found && sameState(fileState(found), known.state) ? known : undefined;
}

/** What became of candidates: images, with all that was known of them before, and files that are none. */
interface Examined<Known extends Candidate> {
  readonly images: readonly (Omit<Known, 'realPath'> & Pick<DatasetImage, 'bytes' | 'contentHash'>)[];
  readonly skipped: readonly SkippedImage[];
  readonly files: DatasetContent['files'];
}

/** Runs `examineFile` over all candidates, several at a time. */
export async function examineAll<Known extends Candidate>(
  candidates: readonly Known[],
  options: ReadContentOptions,
): Promise<Examined<Known>> {
  const files = new Map<string, KnownFile>();
  const images: Examined<Known>['images'][number][] = [];
  const skipped: SkippedImage[] = [];
  let next = 0;
  let done = 0;
  const reader = async (): Promise<void> => {
    const scratch = new Uint8Array(SCRATCH_BYTES);
    for (let candidate = candidates[next++]; candidate !== undefined; candidate = candidates[next++]) {
      options.signal?.throwIfAborted();
      const { realPath, ...known } = candidate;
      const file = (await unchanged(realPath, options.previous)) ?? (await examineFile(realPath, scratch));
      if ('reason' in file) skipped.push({ path: known.path, reason: file.reason });
      else {
        files.set(realPath, file);
        images.push({ ...known, bytes: file.state.bytes, contentHash: file.contentHash });
      }
      options.onProgress?.((done += 1), candidates.length);
    }
  };
  await Promise.all(Array.from({ length: Math.min(READERS, candidates.length) }, reader));
  return { images, skipped, files };
}

/** A disk that was unplugged leaves every later file missing: that is no dataset of the files read until then. */
async function expectStillThere(root: string): Promise<void> {
  if (await stat(root).catch(() => null)) return;
  throw new ThawError(
    'dataset.missing',
    `A dataset must stay in its place while it is read, but ${root} has gone.`,
    'Connect its disk, or put the folder back, then open it again.',
  );
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
    const { images, skipped, files } = await examineAll(candidates, options);
    await expectStillThere(resolved);
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
      structure: structure([]),
      classes: [],
      images: [],
      untrained: [],
      unlabelled: images.toSorted(byPath),
      skipped: [...listing.refused, ...skipped].sort(byPath),
      ownValidation: false,
      files,
    };
  }
  const listed = { root: resolved, structure: found.structure, listing };
  checkClasses(listed);
  const examined = await examineAll(listing.files, options);
  await expectStillThere(resolved);
  const all = [...listing.contained, ...examined.images];
  const unusable = examined.skipped.toSorted(byPath);
  const { classes, images, untrained, left } = usableClasses(listed, all, unusable);
  const outside = listing.outside.map(({ entry, reason }) => ({ path: entry.path, reason }));
  const ownValidation = listing.splits.has('validation');
  if (ownValidation && !images.some((image) => image.split === 'validation')) {
    throw new ThawError(
      'dataset.images',
      `Where a dataset brings validation, it has images of classes that train, but ${resolved} has none that can be used.${firstProblems([...listing.refused, ...unusable, ...left])}`,
      'Add images for validation, or remove what says that there are any: then a part of the training images is held out.',
    );
  }
  return {
    root: resolved,
    structure: structure(classNotes(listing, all, classes)),
    classes,
    images,
    untrained,
    unlabelled: [],
    skipped: [...listing.refused, ...outside, ...unusable, ...left].sort(byPath),
    ownValidation,
    files: examined.files,
  };
}

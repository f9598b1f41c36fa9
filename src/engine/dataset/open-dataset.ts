import { createHash } from 'node:crypto';
import { realpath, stat } from 'node:fs/promises';
import type { SkippedImage } from '../../shared/contract/run.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { codePointOrder } from './code-point-order.ts';
import { listClassFiles, readableReason } from './dataset-files.ts';
import { SPLITS } from './dataset.ts';
import type { Dataset, DatasetImage, Split } from './dataset.ts';
import { examineFile } from './examine-file.ts';
import { folderLayout } from './folder-layout.ts';
import type { FolderLayout } from './folder-layout.ts';
import { validationContent } from './split-by-content.ts';

export type { Dataset, Split } from './dataset.ts';

export interface OpenDatasetOptions {
  /** Share of each class held out for validation where the folder has no validation folder, in (0, 1). */
  readonly validationShare: number;
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
  /** Files examined so far, and files in all. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

interface Candidate {
  readonly path: string;
  readonly realPath: string;
  readonly split: Split;
  readonly className: string;
}

type FoundImage = Omit<DatasetImage, 'label'> & { readonly className: string };

/** As many files are read at a time; each reader holds `SCRATCH_BYTES`. Node's four file threads are kept busy. */
const READERS = 8;
const SCRATCH_BYTES = 2 ** 18;

const hintLayout = 'Give a folder with one folder of images for each class, or train/ and val/ folders of such.';

async function realRoot(root: string): Promise<string> {
  let found: string;
  try {
    const resolved = await realpath(root);
    if ((await stat(resolved)).isDirectory()) return resolved;
    found = 'it is a file';
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    found = missing ? 'nothing of that name exists' : readableReason(error);
  }
  throw new ThawError('dataset.missing', `A dataset is a folder of images, but of ${root}: ${found}.`, hintLayout);
}

async function readLayout(root: string): Promise<FolderLayout> {
  try {
    return await folderLayout(root);
  } catch (error) {
    if (error instanceof ThawError) throw error;
    throw new ThawError(
      'dataset.missing',
      `The folders of a dataset must be readable, but in ${root}: ${readableReason(error)}.`,
      'Give yourself permission to read the folder, then open it again.',
      { cause: error },
    );
  }
}

/** Runs `examineFile` over all candidates, several at a time. */
async function examineAll(
  candidates: readonly Candidate[],
  options: OpenDatasetOptions,
): Promise<{ images: readonly FoundImage[]; skipped: readonly SkippedImage[] }> {
  const images: FoundImage[] = [];
  const skipped: SkippedImage[] = [];
  let next = 0;
  let done = 0;
  const reader = async (): Promise<void> => {
    const scratch = new Uint8Array(SCRATCH_BYTES);
    for (let candidate = candidates[next++]; candidate !== undefined; candidate = candidates[next++]) {
      options.signal?.throwIfAborted();
      const { path, split, className, realPath } = candidate;
      const examined = await examineFile(realPath, scratch);
      if (examined.kind === 'problem') skipped.push({ path, reason: examined.reason });
      else images.push({ path, split, className, bytes: examined.bytes, contentHash: examined.contentHash });
      options.onProgress?.((done += 1), candidates.length);
    }
  };
  await Promise.all(Array.from({ length: Math.min(READERS, candidates.length) }, reader));
  return { images, skipped };
}

const quoted = (names: readonly string[]): string => {
  const shown = names.slice(0, 5).map((name) => `'${name}'`);
  return names.length > 5 ? `${shown.join(', ')} and ${names.length - 5} more` : shown.join(', ');
};

/** The classes are those of the train folder; what contradicts that is told before a long read. */
function checkClasses(root: string, layout: FolderLayout): readonly string[] {
  const folders = layout.splits.get('train') ?? [];
  const classes = folders.map(({ name }) => name).sort(codePointOrder);
  if (classes.length === 0) {
    const others = layout.outside.length;
    throw new ThawError(
      'dataset.empty',
      `A dataset has a folder for each class, but ${root} has ${others === 0 ? 'nothing in it' : `no folders, only ${others} other files`}.`,
      hintLayout,
    );
  }
  if (classes.length === 1) {
    throw new ThawError(
      'dataset.classes',
      `A classifier needs two classes or more, but ${root} has only ${quoted(classes)}.`,
      `Add a folder for each further class; if the classes lie within ${quoted(classes)}, open that folder instead.`,
    );
  }
  return classes;
}

function checkImages(root: string, classes: readonly string[], images: readonly FoundImage[], skipped: number): void {
  const refuse = (
    code: 'dataset.classes' | 'dataset.images' | 'dataset.empty',
    message: string,
    hint: string,
  ): never => {
    throw new ThawError(code, message, hint);
  };
  const aside = skipped === 0 ? '' : ` (${skipped} files were no usable images)`;
  if (images.length === 0) {
    refuse('dataset.empty', `A dataset holds images, but the class folders of ${root} have none${aside}.`, hintLayout);
  }
  const known = new Set(classes);
  const strange = [...new Set(images.map(({ className }) => className))].filter((name) => !known.has(name));
  if (strange.length > 0) {
    const splits = SPLITS.filter((split) =>
      images.some((image) => image.split === split && strange.includes(image.className)),
    );
    refuse(
      'dataset.classes',
      `Every class must have training images, but ${quoted(strange.sort(codePointOrder))} of ${root} is only in ${splits.join(' and ')}.`,
      'Add images of it to the train folder, or remove it from the others.',
    );
  }
  const trained = new Set(images.filter(({ split }) => split === 'train').map(({ className }) => className));
  const empty = classes.filter((name) => !trained.has(name));
  if (empty.length > 0) {
    refuse(
      'dataset.images',
      `Every class must have training images, but in ${root} there are none of ${quoted(empty)}${aside}.`,
      'Add images to these folders, or remove the folders.',
    );
  }
}

/** Moves the held-out part of the training images to validation, where the dataset brings none. */
function withValidation(
  root: string,
  classes: readonly string[],
  images: readonly FoundImage[],
  options: OpenDatasetOptions,
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
 * Reads a folder of class folders, or of `train`, `val` and `test` folders of such. Files are recognised by content and
 * identified by its SHA-256; those that are no usable images are listed in `skipped` (whether an image decodes is found
 * out when it is). Links are followed within the root only.
 *
 * @throws ThawError `dataset.missing`, `dataset.empty`, `dataset.classes` or `dataset.images`
 */
export async function openDataset(root: string, options: OpenDatasetOptions): Promise<Dataset> {
  const resolved = await realRoot(root);
  const layout = await readLayout(resolved);
  const classes = checkClasses(resolved, layout);
  const candidates: Candidate[] = [];
  const refused: SkippedImage[] = [];
  for (const entry of layout.outside) {
    refused.push({
      path: entry.path,
      reason: entry.kind === 'refused' ? entry.reason : 'it lies outside of all class folders',
    });
  }
  for (const [split, folders] of layout.splits) {
    for (const folder of folders) {
      options.signal?.throwIfAborted();
      const listed = await listClassFiles(resolved, folder.realPath, folder.path);
      candidates.push(...listed.files.map((file): Candidate => ({ ...file, split, className: folder.name })));
      refused.push(...listed.refused);
    }
  }
  const examined = await examineAll(candidates, options);
  const skipped = [...refused, ...examined.skipped].sort((left, right) => codePointOrder(left.path, right.path));
  checkImages(resolved, classes, examined.images, examined.skipped.length);
  const ownValidation = layout.splits.has('validation');
  if (ownValidation && !examined.images.some((image) => image.split === 'validation')) {
    throw new ThawError(
      'dataset.images',
      `A validation folder must hold class folders with images, but that of ${resolved} has none.`,
      'Add images to it, or remove the folder: then a part of the training images is held out.',
    );
  }
  const split = ownValidation ? examined.images : withValidation(resolved, classes, examined.images, options);
  const labels = new Map(classes.map((name, label): [string, number] => [name, label]));
  const images = split
    .map(({ className, ...image }): DatasetImage => ({ ...image, label: labels.get(className) ?? 0 }))
    .sort(
      (left, right) =>
        SPLITS.indexOf(left.split) - SPLITS.indexOf(right.split) ||
        left.label - right.label ||
        codePointOrder(left.path, right.path),
    );
  return { root: resolved, classes, images, skipped, version: versionOf(classes, images) };
}

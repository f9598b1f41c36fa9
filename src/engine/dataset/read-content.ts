import { realpath, stat } from 'node:fs/promises';
import type { SkippedImage } from '../../shared/contract/run.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { codePointOrder } from './code-point-order.ts';
import { listClassFiles, readableReason } from './dataset-files.ts';
import { SPLITS } from './dataset.ts';
import type { DatasetImage } from './dataset.ts';
import { examineFile, fileState, sameState, type FileState } from './examine-file.ts';
import { folderLayout } from './folder-layout.ts';
import type { FolderLayout } from './folder-layout.ts';

export interface ReadContentOptions {
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

export type FoundImage = Omit<DatasetImage, 'label'> & { readonly className: string };

interface KnownFile {
  readonly state: FileState;
  readonly contentHash: string;
}

/** What a folder holds, before any of its training images are held out for validation. */
export interface DatasetContent {
  /** Absolute, links resolved. */
  readonly root: string;
  /** Sorted by code point. */
  readonly classes: readonly string[];
  readonly images: readonly FoundImage[];
  /** Files of the class folders that are not used, sorted by path. */
  readonly skipped: readonly SkippedImage[];
  /** Whether the folder brings a validation folder. */
  readonly ownValidation: boolean;
  /** Every image by its real path. */
  readonly files: ReadonlyMap<string, KnownFile>;
}

/** As many files are read at a time; each reader holds `SCRATCH_BYTES`. Node's four file threads are kept busy. */
const READERS = 8;
const SCRATCH_BYTES = 2 ** 18;

const hintLayout = 'Give a folder with one folder of images for each class, or train/ and val/ folders of such.';

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
  throw new ThawError('dataset.missing', `A dataset is a folder of images, but of ${root}: ${found}.`, hintLayout);
}

/** @throws ThawError `dataset.missing`, `dataset.classes` */
export async function readLayout(root: string): Promise<FolderLayout> {
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

/**
 * Reads a folder of class folders, or of `train`, `val` and `test` folders of such. Files are recognised by content and
 * identified by its SHA-256; those that are no usable images are listed in `skipped` (whether an image decodes is found
 * out when it is). Links are followed within the root only.
 *
 * @throws ThawError `dataset.missing`, `dataset.empty`, `dataset.classes` or `dataset.images`; the signal's reason
 */
export async function readContent(root: string, options: ReadContentOptions): Promise<DatasetContent> {
  const resolved = await realRoot(root);
  const layout = await readLayout(resolved);
  const classes = checkClasses(resolved, layout);
  const candidates: (Candidate & Pick<FoundImage, 'split' | 'className'>)[] = [];
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
      candidates.push(...listed.files.map((file) => ({ ...file, split, className: folder.name })));
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
  return { root: resolved, classes, images: examined.images, skipped, ownValidation, files: examined.files };
}

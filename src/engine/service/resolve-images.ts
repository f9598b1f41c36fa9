import { open, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import type { ImageReference } from '../../shared/contract/endpoint.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { codePointOrder } from '../dataset/code-point-order.ts';
import { listClassFiles } from '../dataset/dataset-files.ts';
import { FILE_KIND_BYTES, fileKind } from '../dataset/image-format.ts';
import type { ServiceContext } from './context.ts';
import { kindByName } from './grants.ts';

/** More than a person looks through; a folder of more is a dataset. */
const MOST_IN_FOLDER = 10_000;

const TOO_MANY = 'Choose a folder within it, or write the predictions to a file (`thaw predict --csv`).';

/** An image to predict: a file, or what is wrong with it. */
export type ImageTarget = {
  /** For people. */
  readonly path: string;
  readonly imageId: string | null;
} & ({ readonly file: string } | { readonly problem: string });

/** By its name, or by its first bytes where the name says nothing. */
async function isImage(file: string): Promise<boolean> {
  if (kindByName(file) === 'image') return true;
  try {
    await using handle = await open(file, 'r');
    const { buffer, bytesRead } = await handle.read(new Uint8Array(FILE_KIND_BYTES), 0, FILE_KIND_BYTES, 0);
    return fileKind(buffer.subarray(0, bytesRead)).kind === 'image';
  } catch {
    return false;
  }
}

/** Links resolved; null for what is no folder. */
async function realFolder(place: string): Promise<string | null> {
  const found = await stat(place).catch(() => null);
  return found?.isDirectory() ? realpath(place) : null;
}

interface OfFolder {
  /** Images that it may have. */
  readonly most: number;
  /** What is to be done about more. */
  readonly hint: string;
  /** By what a window is to look at one, where one is to. */
  readonly idOf?: (realPath: string) => string;
}

/**
 * The images of a folder and below it by code point, and after them what stands in it and cannot be read.
 *
 * @param folder links resolved
 * @throws ThawError `dataset.empty` for a folder without images, `usage.invalid` for one with too many
 */
export async function imagesOfFolder(folder: string, { most, hint, idOf }: OfFolder): Promise<readonly ImageTarget[]> {
  const { files, refused } = await listClassFiles(folder, folder, '');
  const images: ImageTarget[] = [];
  for (const file of files.toSorted((left, right) => codePointOrder(left.path, right.path))) {
    if (!(await isImage(file.realPath))) continue;
    if (images.length === most) {
      throw new ThawError(
        'usage.invalid',
        `At most ${most.toLocaleString('en')} images of a folder are looked at at once; '${folder}' has more.`,
        hint,
      );
    }
    images.push({ path: file.path, imageId: idOf?.(file.realPath) ?? null, file: file.realPath });
  }
  for (const { path: shown, reason } of refused) images.push({ path: shown, imageId: null, problem: reason });
  if (images.some((image) => 'file' in image)) return images;
  throw new ThawError(
    'dataset.empty',
    `A folder to look at has images in it; found none in '${folder}'.`,
    'Choose another folder.',
  );
}

async function resolveImage(
  context: ServiceContext,
  reference: ImageReference,
  most: number,
): Promise<readonly ImageTarget[]> {
  if (typeof reference === 'string') {
    const folder = await realFolder(reference);
    if (folder === null) return [{ path: reference, imageId: null, file: reference }];
    const found = await imagesOfFolder(folder, { most, hint: TOO_MANY });
    return found.map((image) => ({ ...image, path: path.join(reference, image.path) }));
  }
  if ('grantId' in reference) {
    const granted = context.grants.pathOf(reference.grantId);
    const folder = await realFolder(granted);
    const idOf = (realPath: string): string => context.grants.idOf(realPath);
    if (folder !== null) return imagesOfFolder(folder, { most, hint: TOO_MANY, idOf });
    return [{ path: path.basename(granted), imageId: reference.grantId, file: granted }];
  }
  const { imageId } = reference;
  try {
    const { file, name } = await context.images.locate(imageId);
    return [{ path: name, imageId, file }];
  } catch (error) {
    if (!(error instanceof ThawError) || error.code !== 'image.unreadable') throw error;
    return [{ path: imageId, imageId, problem: error.message }];
  }
}

/**
 * The files that are meant, in the order in which they were named; those of a folder by code point, and after them what
 * stands in it and cannot be read.
 *
 * @param most images that a folder may have
 * @throws ThawError `file.notGranted`, `dataset.empty` for a folder without images, `usage.invalid` for one with too many
 */
export async function resolveImages(
  context: ServiceContext,
  references: readonly ImageReference[],
  most = MOST_IN_FOLDER,
): Promise<readonly ImageTarget[]> {
  const resolved = await Promise.all(references.map((reference) => resolveImage(context, reference, most)));
  return resolved.flat();
}

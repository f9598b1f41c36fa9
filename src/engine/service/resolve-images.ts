import { open, stat } from 'node:fs/promises';
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

async function imagesOfFolder(context: ServiceContext, folder: string): Promise<readonly ImageTarget[]> {
  const { files } = await listClassFiles(folder, folder, '');
  const images: ImageTarget[] = [];
  for (const file of files.toSorted((left, right) => codePointOrder(left.path, right.path))) {
    if (!(await isImage(file.realPath))) continue;
    if (images.length === MOST_IN_FOLDER) {
      throw new ThawError(
        'usage.invalid',
        `At most ${MOST_IN_FOLDER.toLocaleString('en')} images of a folder are predicted at once; '${folder}' has more.`,
        'Choose a folder within it.',
      );
    }
    images.push({ path: file.path, imageId: context.grants.idOf(file.realPath), file: file.realPath });
  }
  if (images.length > 0) return images;
  throw new ThawError(
    'dataset.empty',
    `A folder to predict has images in it; found none in '${folder}'.`,
    'Choose another folder.',
  );
}

async function resolveImage(context: ServiceContext, reference: ImageReference): Promise<readonly ImageTarget[]> {
  if (typeof reference === 'string') return [{ path: reference, imageId: null, file: reference }];
  if ('grantId' in reference) {
    const granted = context.grants.pathOf(reference.grantId);
    const found = await stat(granted).catch(() => null);
    if (found?.isDirectory()) return imagesOfFolder(context, granted);
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
 * The files that are meant, in the order in which they were named; those of a folder by code point.
 *
 * @throws ThawError `file.notGranted`, `dataset.empty` for a folder without images, `usage.invalid` for one with too many
 */
export async function resolveImages(
  context: ServiceContext,
  references: readonly ImageReference[],
): Promise<readonly ImageTarget[]> {
  const resolved = await Promise.all(references.map((reference) => resolveImage(context, reference)));
  return resolved.flat();
}

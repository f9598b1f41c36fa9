import { createHash } from 'node:crypto';
import { open, realpath } from 'node:fs/promises';
import path from 'node:path';
import type { DatasetSource } from '../../shared/contract/plan.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { contains } from '../dataset/dataset-files.ts';
import { MAXIMUM_FILE_BYTES } from '../dataset/examine-file.ts';
import { datasetRoot } from '../training/dataset-root.ts';
import type { ServiceContext } from './context.ts';
import type { LoadedEvaluation } from './kept-images.ts';
import { locatedDataset } from './located-dataset.ts';
import { openedPictures } from './opened-pictures.ts';
import { resolveDataset } from './resolve-references.ts';

/** Files of a page that are read at once. */
const AT_ONCE = 8;

/** The ids under which a window sees images of an evaluation. */
interface Pictures {
  /** Of the dataset that was opened for it, which may be edited. */
  readonly datasetId: string | null;
  /** null for an image that is not there as it was evaluated. */
  readonly idOf: (row: number) => string | null;
}

export const NO_PICTURES: Pictures = { datasetId: null, idOf: () => null };

/** The dataset that the images are of; null where its images cannot be had. */
function sourceOf(context: ServiceContext, { runId, kept }: LoadedEvaluation): DatasetSource | null {
  const source = kept.dataset
    ? locatedDataset(context, kept.dataset)
    : resolveDataset(context, { kind: 'ofRun', runId });
  return source.kind === 'features' ? null : source;
}

/** SHA-256 in hex of a file that is no larger than an image may be; null for what is none, or cannot be read. */
async function contentHashOf(file: string): Promise<string | null> {
  try {
    await using handle = await open(file, 'r');
    const found = await handle.stat();
    if (!found.isFile() || found.size > MAXIMUM_FILE_BYTES) return null;
    const hash = createHash('sha256');
    for await (const piece of handle.createReadStream({ autoClose: false })) hash.update(piece as Buffer);
    return hash.digest('hex');
  } catch {
    return null;
  }
}

/**
 * Grants pictures one by one: those that lie within the folder once links were resolved, and are what was evaluated. Whoever
 * wrote an evaluation that came from elsewhere may have named any folder, and knows no content of it.
 */
async function grantedPictures(
  context: ServiceContext,
  source: DatasetSource,
  { images: { paths, contentHashes } }: LoadedEvaluation,
  rows: readonly number[],
): Promise<Pictures> {
  const root = await realpath(datasetRoot(source)).catch(() => null);
  if (root === null) return NO_PICTURES;
  const ids = new Map<number, string>();
  const waiting = [...rows];
  const grant = async (): Promise<void> => {
    for (let row = waiting.shift(); row !== undefined; row = waiting.shift()) {
      const file: string | null = await realpath(path.join(root, paths[row] ?? '')).catch(() => null);
      if (file === null || file === root || !contains(root, file)) continue;
      if ((await contentHashOf(file)) === contentHashes[row]) ids.set(row, context.grants.idOf(file));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, grant));
  return { datasetId: null, idOf: (row) => ids.get(row) ?? null };
}

/**
 * The pictures of some images of an evaluation, as far as they are what was evaluated. The dataset is opened for it, which the
 * window may then look through; a folder that nobody chose on this machine is not.
 *
 * @param rows of the evaluation's images
 */
export async function picturesOf(
  context: ServiceContext,
  loaded: LoadedEvaluation,
  rows: readonly number[],
): Promise<Pictures> {
  const { paths, contentHashes } = loaded.images;
  const source = sourceOf(context, loaded);
  if (!source) return NO_PICTURES;
  const isChosen = !loaded.kept.isElsewhere || context.datasets.idOf(source) !== null;
  if (!isChosen) return grantedPictures(context, source, loaded, rows);
  try {
    const { datasetId, byPath, byContent } = await openedPictures(context, source);
    return {
      datasetId,
      idOf: (row) => {
        const hash = contentHashes[row] ?? '';
        const own = byPath.get(paths[row] ?? '');
        // Of copies of a content that of the same name; elsewhere the content says which image it is.
        return own?.contentHash === hash ? own.imageId : (byContent.get(hash) ?? null);
      },
    };
  } catch (error) {
    if (!(error instanceof ThawError)) throw error;
    return grantedPictures(context, source, loaded, rows);
  }
}

import path from 'node:path';
import type { CacheSummary } from '../../shared/contract/endpoint.ts';
import { explainDiskError } from '../../shared/errors/thaw-error.ts';
import { clearFolder, folderBytes } from '../cache/cache-folder.ts';
import { assertTrainerIdle } from '../experiment/trainer-lock.ts';
import { decodedCacheFolder } from '../image/decoded-cache.ts';
import { thumbnailCacheFolder } from '../image/thumbnail-cache.ts';
import { featureCacheFolder } from '../training/feature-cache/cached-features.ts';
import type { ServiceContext } from './context.ts';

/** What can be computed again. The toolchain lies beside them and is never cleared with them. */
const DATA_CACHES = [featureCacheFolder, decodedCacheFolder, thumbnailCacheFolder];
const TOOLCHAIN = 'toolchain';

/** Every cache with its size in bytes and the command that clears it, where one does. */
export async function showCaches(context: ServiceContext): Promise<CacheSummary[]> {
  const describe = async (folder: string, clear: string | null): Promise<CacheSummary> => ({
    name: path.basename(folder),
    path: folder,
    bytes: await folderBytes(folder),
    clear,
  });
  return Promise.all([
    ...DATA_CACHES.map((folderOf) => describe(folderOf(context.cache), 'thaw cache clear')),
    describe(path.join(context.cache, TOOLCHAIN), null),
  ]);
}

/**
 * Removes the data caches; what they held is computed again when needed.
 *
 * @throws ThawError `run.busy` while a trainer may be reading them, `disk.readOnly`
 */
export async function clearCaches(context: ServiceContext): Promise<{ bytes: number }> {
  assertTrainerIdle(context.log);
  let bytes = 0;
  try {
    for (const folderOf of DATA_CACHES) bytes += await clearFolder(folderOf(context.cache));
  } catch (error) {
    throw explainDiskError(error, 'clear the caches');
  }
  return { bytes };
}

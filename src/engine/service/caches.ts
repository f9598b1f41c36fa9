import path from 'node:path';
import type { CacheSummary, Request } from '../../shared/contract/endpoint.ts';
import { DEFAULT_CACHE_LIMIT_BYTES, type Settings, type SettingsChange } from '../../shared/contract/settings.ts';
import { explainDiskError, ThawError } from '../../shared/errors/thaw-error.ts';
import { clearFolder, evictLeastRecentlyUsed, folderBytes } from '../cache/cache-folder.ts';
import { assertTrainerIdle } from '../experiment/trainer-lock.ts';
import { decodedCacheFolder } from '../image/decoded-cache.ts';
import { THUMBNAIL_LIMIT_BYTES, thumbnailCacheFolder } from '../image/thumbnail-cache.ts';
import { featureCacheFolder } from '../training/feature-cache/cached-features.ts';
import { clearDownloads } from '../weights/published/clear-downloads.ts';
import type { ServiceContext } from './context.ts';
import { EMBEDDING_LIMIT_BYTES, embeddingCacheFolder } from './embedding-cache.ts';
import { weightsFolder } from './published-weights.ts';

/** Those that keep to the limit of the settings. */
const LIMITED_CACHES = [featureCacheFolder, decodedCacheFolder];
/** What can be computed again. The toolchain lies beside them and is never cleared with them. */
const DATA_CACHES = [...LIMITED_CACHES, thumbnailCacheFolder, embeddingCacheFolder];
const TOOLCHAIN = 'toolchain';

/** What features may take, and decoded images as much again; undefined, for the usual, where the settings cannot be read. */
export function cacheLimit({ settings }: ServiceContext): number | undefined {
  try {
    return settings.read().settings.cacheLimitBytes;
  } catch (error) {
    // Settings are told of where they are asked for; they keep nobody from training.
    if (error instanceof ThawError) return undefined;
    throw error;
  }
}

/** Changes settings; caches that are larger than they may be from now on become smaller. */
export async function changeSettings(context: ServiceContext, change: SettingsChange): Promise<Settings> {
  const changed = context.settings.write(change);
  if (change.cacheLimitBytes !== undefined) {
    for (const folderOf of LIMITED_CACHES) {
      await evictLeastRecentlyUsed(folderOf(context.cache), changed.cacheLimitBytes);
    }
  }
  return changed;
}

/** Every cache with its size in bytes and the command that clears it, where one does. */
export async function showCaches(context: ServiceContext): Promise<CacheSummary[]> {
  const limit = cacheLimit(context) ?? DEFAULT_CACHE_LIMIT_BYTES;
  const describe = async (
    folder: string,
    about: Pick<CacheSummary, 'limitBytes' | 'clear'>,
  ): Promise<CacheSummary> => ({
    name: path.basename(folder),
    path: folder,
    bytes: await folderBytes(folder),
    ...about,
  });
  const clear = 'thaw cache clear';
  return Promise.all([
    ...LIMITED_CACHES.map((folderOf) => describe(folderOf(context.cache), { limitBytes: limit, clear })),
    describe(thumbnailCacheFolder(context.cache), { limitBytes: THUMBNAIL_LIMIT_BYTES, clear }),
    describe(embeddingCacheFolder(context.cache), { limitBytes: EMBEDDING_LIMIT_BYTES, clear }),
    // Cleared by a flag alone, not with the others.
    describe(weightsFolder(context.cache), { limitBytes: null, clear: null }),
    describe(path.join(context.cache, TOOLCHAIN), { limitBytes: null, clear: null }),
  ]);
}

/**
 * Removes the data caches; what they held is computed again when needed. Downloaded weights only where they are asked for:
 * without a network they cannot be had again. Those that are being downloaded stay.
 *
 * @throws ThawError `run.busy` while a trainer may be reading them, `disk.readOnly`
 */
export async function clearCaches(
  context: ServiceContext,
  { weights = false }: Request<'cache.clear'>,
): Promise<{ bytes: number }> {
  assertTrainerIdle(context.log);
  let bytes = 0;
  try {
    for (const folderOf of DATA_CACHES) bytes += await clearFolder(folderOf(context.cache));
    if (weights) bytes += await clearDownloads(weightsFolder(context.cache));
  } catch (error) {
    throw explainDiskError(error, 'clear the caches');
  }
  return { bytes };
}

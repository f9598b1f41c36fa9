import path from 'node:path';
import { clearFolder, folderBytes } from '../../cache/cache-folder.ts';

/** Where the features of frozen prefixes are kept, one folder for each prefix. */
export function featureCacheFolder(cacheDirectory: string): string {
  return path.join(cacheDirectory, 'features');
}

/** Bytes on disk. */
export async function featureCacheBytes(cacheDirectory: string): Promise<number> {
  return folderBytes(featureCacheFolder(cacheDirectory));
}

/** Removes all cached features. @returns the bytes that were freed */
export async function clearFeatureCache(cacheDirectory: string): Promise<number> {
  return clearFolder(featureCacheFolder(cacheDirectory));
}

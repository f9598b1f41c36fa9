import path from 'node:path';
import { DEFAULT_CACHE_LIMIT_BYTES } from '../../shared/contract/settings.ts';
import { RowStore } from '../cache/row-store.ts';
import { geometryKey } from '../network/preprocessing.ts';
import type { Preprocessing } from '../network/preprocessing.ts';

/** Raised when decoding gives other rows than before. */
const DECODER_VERSION = 5;

/** Where decoded images are kept, one folder for each size and resize rule. */
export function decodedCacheFolder(cacheDirectory: string): string {
  return path.join(cacheDirectory, 'decoded');
}

/**
 * Opens the decoded images of one size and resize rule: their pixels, [height, width, 3] uint8, and the aspect ratio of
 * the upright image that they were made from.
 */
export async function openDecodedCache(
  cacheDirectory: string,
  preprocessing: Preprocessing,
  options: { readonly limitBytes?: number | undefined; readonly onWarning?: ((message: string) => void) | undefined },
): Promise<RowStore> {
  return RowStore.open({
    root: decodedCacheFolder(cacheDirectory),
    key: `${geometryKey(preprocessing)}-v${DECODER_VERSION}`,
    columns: [
      { name: 'pixels', type: 'uint8', shape: [preprocessing.height, preprocessing.width, 3] },
      { name: 'aspect_ratio', type: 'float32', shape: [1] },
    ],
    limitBytes: options.limitBytes ?? DEFAULT_CACHE_LIMIT_BYTES,
    onWarning: options.onWarning,
  });
}

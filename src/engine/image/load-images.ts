import path from 'node:path';
import type { RowStore } from '../cache/row-store.ts';
import type { DatasetImage } from '../dataset/dataset.ts';
import type { Preprocessing } from '../network/preprocessing.ts';
import { tryDecodeImage } from './decode-image.ts';
import { openDecodedCache } from './decoded-cache.ts';

export interface LoadImagesOptions {
  readonly cacheDirectory: string;
  readonly signal?: AbortSignal | undefined;
  /** Images yielded so far, and images in all. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  /** Told once when the cache of decoded images cannot be used. */
  readonly onWarning?: ((message: string) => void) | undefined;
  /** Images in work or waiting to be taken; bounds the memory. */
  readonly concurrency?: number | undefined;
  /** Bytes that the cache of decoded images may take; the images used longest ago go first. */
  readonly limitBytes?: number | undefined;
}

/** An image of the list by its index: its pixels, [height, width, 3] uint8 and not to be changed, or what is wrong with it. */
export type LoadedImage =
  | { readonly kind: 'pixels'; readonly index: number; readonly pixels: Uint8Array }
  | { readonly kind: 'problem'; readonly index: number; readonly problem: string };

/** While a step blocks this thread, what was begun before goes on: enough to keep the decoding threads busy meanwhile. */
const DEFAULT_CONCURRENCY = 64;

async function loadImage(
  file: string,
  index: number,
  contentHash: string,
  preprocessing: Preprocessing,
  cache: RowStore,
): Promise<LoadedImage> {
  if (cache.has(contentHash)) {
    const pixels = new Uint8Array(preprocessing.height * preprocessing.width * 3);
    const [found] = await cache.read([{ key: contentHash, targets: [pixels] }]);
    if (found === true) return { kind: 'pixels', index, pixels };
  }
  const decoded = await tryDecodeImage(file, preprocessing);
  if (decoded.kind === 'problem') return { kind: 'problem', index, problem: decoded.reason };
  await cache.add(contentHash, [decoded.pixels]);
  return { kind: 'pixels', index, pixels: decoded.pixels };
}

/**
 * Decodes images, or reads them from the cache of decoded images, and yields them in order. Some images are read ahead, so
 * that decoding, which runs in Node's own threads, goes on while the consumer computes.
 *
 * @param root the dataset's root
 * @param images the images to load; `index` counts in this list
 * @throws the signal's reason when it is aborted; what was decoded until then is kept in the cache
 */
export async function* loadImages(
  root: string,
  images: readonly Pick<DatasetImage, 'path' | 'contentHash'>[],
  preprocessing: Preprocessing,
  options: LoadImagesOptions,
): AsyncGenerator<LoadedImage, void, undefined> {
  const { signal, onProgress } = options;
  const concurrency = Math.max(1, options.concurrency ?? DEFAULT_CONCURRENCY);
  signal?.throwIfAborted();
  const cache = await openDecodedCache(options.cacheDirectory, preprocessing, options);
  const ahead: Promise<LoadedImage>[] = [];
  let begun = 0;
  try {
    for (let done = 0; done < images.length; done += 1) {
      for (; begun < images.length && ahead.length < concurrency; begun += 1) {
        const image = images[begun];
        if (!image) break;
        ahead.push(loadImage(path.join(root, image.path), begun, image.contentHash, preprocessing, cache));
      }
      const next = await ahead.shift();
      signal?.throwIfAborted();
      if (!next) break;
      yield next;
      onProgress?.(done + 1, images.length);
    }
  } finally {
    await Promise.allSettled(ahead);
    await cache.close();
  }
}

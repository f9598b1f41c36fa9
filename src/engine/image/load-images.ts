import type { Preprocessing } from '../network/preprocessing.ts';
import type { Decoded } from './decode-image.ts';
import { ImageLoader, type ImageFile, type ImageLoaderOptions } from './image-loader.ts';

export interface LoadImagesOptions extends ImageLoaderOptions {
  readonly signal?: AbortSignal | undefined;
  /** Images yielded so far, and images in all. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  /** Images in work or waiting to be taken; bounds the memory. */
  readonly concurrency?: number | undefined;
}

/** An image of the list by its index: its pixels, [height, width, 3] uint8 and not to be changed, or what is wrong with it. */
export type LoadedImage =
  | { readonly kind: 'pixels'; readonly index: number; readonly pixels: Uint8Array; readonly aspectRatio: number }
  | { readonly kind: 'problem'; readonly index: number; readonly problem: string };

/** While a step blocks this thread, what was begun before goes on: enough to keep the decoding threads busy meanwhile. */
const DEFAULT_CONCURRENCY = 64;

/**
 * Decodes images, or reads them from the cache of decoded images, and yields them in order. Some images are read ahead, so
 * that decoding, which runs in other threads, goes on while the consumer computes.
 *
 * @param root the dataset's root
 * @param images the images to load; `index` counts in this list
 * @throws the signal's reason when it is aborted; what was decoded until then is kept in the cache
 */
export async function* loadImages(
  root: string,
  images: readonly ImageFile[],
  preprocessing: Preprocessing,
  options: LoadImagesOptions,
): AsyncGenerator<LoadedImage, void, undefined> {
  const { signal, onProgress } = options;
  const concurrency = Math.max(1, options.concurrency ?? DEFAULT_CONCURRENCY);
  signal?.throwIfAborted();
  const loader = await ImageLoader.open(root, preprocessing, options);
  const ahead: Promise<Decoded>[] = [];
  let begun = 0;
  try {
    for (let done = 0; done < images.length; done += 1) {
      for (; begun < images.length && ahead.length < concurrency; begun += 1) {
        const image = images[begun];
        if (!image) break;
        ahead.push(loader.load(image));
      }
      const next = await ahead.shift();
      signal?.throwIfAborted();
      if (!next) break;
      yield next.kind === 'pixels' ? { ...next, index: done } : { kind: 'problem', index: done, problem: next.reason };
      onProgress?.(done + 1, images.length);
    }
  } finally {
    await Promise.allSettled(ahead);
    await loader.close();
  }
}

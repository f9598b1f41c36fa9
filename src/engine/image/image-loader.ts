import path from 'node:path';
import type { RowStore } from '../cache/row-store.ts';
import type { DatasetImage } from '../dataset/dataset.ts';
import type { Preprocessing } from '../network/preprocessing.ts';
import { tryDecodeImage, type Decoded } from './decode-image.ts';
import { openDecodedCache } from './decoded-cache.ts';

export type ImageFile = Pick<DatasetImage, 'path' | 'contentHash'>;

export interface ImageLoaderOptions {
  readonly cacheDirectory: string;
  /** Told once when the cache of decoded images cannot be used. */
  readonly onWarning?: ((message: string) => void) | undefined;
  /** Bytes that the cache of decoded images may take; the images used longest ago go first. */
  readonly limitBytes?: number | undefined;
}

/** The images of a dataset as pixels of one size: from the cache of decoded images, or decoded and put there. */
export class ImageLoader {
  readonly #root: string;
  readonly #preprocessing: Preprocessing;
  readonly #cache: RowStore;

  private constructor(root: string, preprocessing: Preprocessing, cache: RowStore) {
    this.#root = root;
    this.#preprocessing = preprocessing;
    this.#cache = cache;
  }

  /** @param root the dataset's root */
  static async open(root: string, preprocessing: Preprocessing, options: ImageLoaderOptions): Promise<ImageLoader> {
    return new ImageLoader(
      root,
      preprocessing,
      await openDecodedCache(options.cacheDirectory, preprocessing, {
        limitBytes: options.limitBytes,
        onWarning: options.onWarning,
      }),
    );
  }

  /** Whether it was decoded before, so that its file is not needed. */
  has(image: ImageFile): boolean {
    return this.#cache.has(image.contentHash);
  }

  /** Its pixels, not to be changed, or what is wrong with it. */
  async load(image: ImageFile): Promise<Decoded> {
    const key = image.contentHash;
    if (this.#cache.has(key)) {
      const { height, width } = this.#preprocessing;
      const pixels = new Uint8Array(height * width * 3);
      const ratio = new Float32Array(1);
      const [found] = await this.#cache.read([{ key, targets: [pixels, new Uint8Array(ratio.buffer)] }]);
      if (found === true) return { kind: 'pixels', pixels, aspectRatio: ratio[0] ?? 1 };
    }
    const decoded = await tryDecodeImage(path.join(this.#root, image.path), this.#preprocessing);
    if (decoded.kind === 'pixels') {
      const ratio = Float32Array.of(decoded.aspectRatio);
      await this.#cache.add(key, [decoded.pixels, new Uint8Array(ratio.buffer)]);
    }
    return decoded;
  }

  /** Writes what is left to the cache, and closes it. */
  async close(): Promise<void> {
    await this.#cache.close();
  }
}

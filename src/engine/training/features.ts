import type { SkippedImage } from '../../shared/contract/run.ts';
import type { ImageFile } from '../image/image-loader.ts';
import { loadImages } from '../image/load-images.ts';
import { featureFeed } from '../graph/program.ts';
import type { Program } from '../graph/program-description.ts';
import type { Preprocessing } from '../network/preprocessing.ts';
import type { Session } from '../runtime/session.ts';
import type { Feeds } from './batch-source.ts';
import { cachedFeatures } from './feature-cache/cached-features.ts';
import { prefixKey, type PrefixDescription } from './feature-cache/feature-key.ts';

/** What the images of a dataset became; `usable` are the indices of those that could be read. */
export interface UsableImages {
  readonly usable: readonly number[];
  readonly skipped: readonly SkippedImage[];
}

/** Images as features are taken of them: a dataset, or what has no classes. */
export interface FeatureImages {
  readonly root: string;
  readonly images: readonly ImageFile[];
}

interface FeatureOptions extends PrefixDescription {
  readonly session: Session;
  readonly program: Program;
  readonly dataset: FeatureImages;
  readonly cacheDirectory: string;
  readonly cacheLimitBytes?: number | undefined;
  /** How many images are decoded at a time. */
  readonly workers?: number | undefined;
  readonly batchSize: number;
  readonly beforeImage: () => Promise<void>;
  /** Told of images that were computed, of those that were in no cache; not told where all were. */
  readonly onProgress: (done: number, missing: number) => void;
  readonly onWarning: (message: string) => void;
  readonly signal: AbortSignal;
  /** Features of images as augmentation makes them, instead of the images as they are. */
  readonly augmented?: AugmentedVariant | undefined;
}

/** One of the fixed variants that are kept of each image. */
export interface AugmentedVariant {
  /** What images are brought to. */
  readonly canvas: Preprocessing;
  /** Tells these features from others of the same prefix. */
  readonly key: unknown;
  readonly feeds: (images: readonly { readonly contentHash: string; readonly aspectRatio: number }[]) => Feeds;
}

/** What is wrong with images, for people. @param byIndex by their number in the dataset */
export function problems(dataset: FeatureImages, byIndex: ReadonlyMap<number, string>): readonly SkippedImage[] {
  return [...byIndex].map(([index, reason]) => ({ path: dataset.images[index]?.path ?? '', reason }));
}

/**
 * The frozen prefix' output for every image of the dataset, from the cache where it was computed before.
 *
 * @returns one array a cut tensor, [images of the dataset, ...shape]; rows of unreadable images are zero and not usable
 */
export async function datasetFeatures(options: FeatureOptions): Promise<
  UsableImages & {
    readonly features: ReadonlyMap<string, Float32Array>;
    /** Images whose features were in the cache. */
    readonly reused: number;
  }
> {
  const { session, program, dataset, preprocessing, onWarning, signal, augmented } = options;
  const unreadable = new Map<number, string>();

  const compute = async (
    missing: readonly number[],
    write: (index: number, outputs: ReadonlyMap<string, Float32Array>) => void,
  ): Promise<void> => {
    let batch: { readonly index: number; readonly pixels: Uint8Array; readonly aspectRatio: number }[] = [];
    let done = 0;
    options.onProgress(0, missing.length);
    const flush = (): void => {
      if (batch.length === 0) return;
      const size = batch[0]?.pixels.length ?? 0;
      const bytes = new Uint8Array(batch.length * size);
      batch.forEach(({ pixels }, row) => bytes.set(pixels, row * size));
      const outputs = session.run(augmented ? 'augmented_features' : 'features', {
        images: { data: [bytes], shape: [] },
        ...augmented?.feeds(
          batch.map(({ index, aspectRatio }) => ({
            contentHash: dataset.images[index]?.contentHash ?? '',
            aspectRatio,
          })),
        ),
      });
      batch.forEach(({ index }, row) => {
        const features = new Map<string, Float32Array>();
        for (const { name, shape } of program.cut) {
          const all = outputs[featureFeed(name)]?.data;
          if (!(all instanceof Float32Array)) throw new TypeError(`The program gave no features of '${name}'.`);
          const length = shape.reduce((product, count) => product * count, 1);
          features.set(name, all.slice(row * length, (row + 1) * length));
        }
        write(index, features);
      });
      done += batch.length;
      options.onProgress(done + unreadable.size, missing.length);
      batch = [];
    };
    const images = missing.flatMap((index) => dataset.images[index] ?? []);
    const loaded = loadImages(dataset.root, images, augmented?.canvas ?? preprocessing, {
      cacheDirectory: options.cacheDirectory,
      limitBytes: options.cacheLimitBytes,
      concurrency: options.workers,
      signal,
      onWarning,
    });
    for await (const image of loaded) {
      await options.beforeImage();
      const index = missing[image.index] ?? 0;
      if ('problem' in image) unreadable.set(index, image.problem);
      else batch.push({ index, pixels: image.pixels, aspectRatio: image.aspectRatio });
      if (batch.length === options.batchSize) flush();
    }
    flush();
  };

  const set = await cachedFeatures({
    cacheDirectory: options.cacheDirectory,
    key: { prefix: prefixKey(options, augmented?.key), outputs: program.cut },
    contentHashes: dataset.images.map((image) => image.contentHash),
    compute,
    onWarning,
    signal,
    limitBytes: options.cacheLimitBytes,
  });
  const usable = dataset.images.flatMap((_, index) => (set.present[index] === true ? [index] : []));
  return { features: set.arrays, usable, skipped: problems(dataset, unreadable), reused: set.reused };
}

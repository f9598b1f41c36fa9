import { createHash } from 'node:crypto';
import type { RunEventBody } from '../../shared/contract/event.ts';
import type { SkippedImage } from '../../shared/contract/run.ts';
import type { Dataset } from '../dataset/open-dataset.ts';
import { loadImages } from '../image/load-images.ts';
import type { FreezePlan } from '../freeze/freeze-plan.ts';
import { featureFeed, type Program } from '../graph/program.ts';
import type { Network } from '../network/layer.ts';
import type { Preprocessing } from '../network/preprocessing.ts';
import type { Session } from '../runtime/session.ts';
import type { Clock } from './clock.ts';
import { cachedFeatures } from './feature-cache/cached-features.ts';
import { ProgressReporter } from './progress.ts';

/** Raised when the same inputs would give other features than before: part of every key. */
const FEATURES_VERSION = 1;

/** What the images of a dataset became; `usable` are the indices of those that could be read. */
export interface UsableImages {
  readonly usable: readonly number[];
  readonly skipped: readonly SkippedImage[];
}

interface FeatureOptions {
  readonly session: Session;
  readonly program: Program;
  readonly network: Network;
  readonly plan: FreezePlan;
  readonly preprocessing: Preprocessing;
  readonly dataset: Dataset;
  readonly cacheDirectory: string;
  /** SHA-256 of each tensor of the network. */
  readonly tensorHashes: ReadonlyMap<string, string>;
  /** TensorFlow's version and the device: both decide the last bits. */
  readonly runtime: { readonly tensorflow: string; readonly device: string };
  readonly batchSize: number;
  readonly clock: Pick<Clock, 'now'>;
  readonly beforeImage: () => Promise<void>;
  readonly emit: (body: RunEventBody) => void;
  readonly signal: AbortSignal;
}

/** SHA-256 over everything that decides a prefix' features, the images apart. */
function prefixKey(options: FeatureOptions): string {
  const { network, plan, preprocessing, tensorHashes, runtime } = options;
  const inPrefix = new Set(plan.prefix);
  const layers = network.layers.filter((layer) => inPrefix.has(layer.name));
  const weights = [...tensorHashes].filter(([name]) => inPrefix.has(name.slice(0, name.lastIndexOf('/'))));
  const key = {
    version: FEATURES_VERSION,
    precision: 'float32',
    runtime,
    preprocessing,
    layers,
    cut: plan.cut,
    weights,
  };
  return createHash('sha256').update(JSON.stringify(key)).digest('hex');
}

/** What is wrong with images, for people. @param byIndex by their number in the dataset */
export function problems(dataset: Dataset, byIndex: ReadonlyMap<number, string>): readonly SkippedImage[] {
  return [...byIndex].map(([index, reason]) => ({ path: dataset.images[index]?.path ?? '', reason }));
}

/**
 * The frozen prefix' output for every image of the dataset, from the cache where it was computed before.
 *
 * @returns one array a cut tensor, [images of the dataset, ...shape]; rows of unreadable images are zero and not usable
 */
export async function datasetFeatures(
  options: FeatureOptions,
): Promise<UsableImages & { readonly features: ReadonlyMap<string, Float32Array> }> {
  const { session, program, dataset, preprocessing, emit, signal } = options;
  const unreadable = new Map<number, string>();

  const compute = async (
    missing: readonly number[],
    write: (index: number, outputs: ReadonlyMap<string, Float32Array>) => void,
  ): Promise<void> => {
    const progress = new ProgressReporter(emit, 'features', 'image', { clock: options.clock });
    let batch: { readonly index: number; readonly pixels: Uint8Array }[] = [];
    let done = 0;
    const flush = (): void => {
      if (batch.length === 0) return;
      const size = batch[0]?.pixels.length ?? 0;
      const bytes = new Uint8Array(batch.length * size);
      batch.forEach(({ pixels }, row) => bytes.set(pixels, row * size));
      const outputs = session.run('features', { images: { data: [bytes], shape: [] } });
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
      progress.report(done + unreadable.size, missing.length);
      batch = [];
    };
    const images = missing.flatMap((index) => dataset.images[index] ?? []);
    const loaded = loadImages(dataset.root, images, preprocessing, {
      cacheDirectory: options.cacheDirectory,
      signal,
      onWarning: (message) => emit({ kind: 'warning', message }),
    });
    for await (const image of loaded) {
      await options.beforeImage();
      const index = missing[image.index] ?? 0;
      if ('problem' in image) unreadable.set(index, image.problem);
      else batch.push({ index, pixels: image.pixels });
      if (batch.length === options.batchSize) flush();
    }
    flush();
  };

  const set = await cachedFeatures({
    cacheDirectory: options.cacheDirectory,
    key: { prefix: prefixKey(options), outputs: program.cut },
    contentHashes: dataset.images.map((image) => image.contentHash),
    compute,
    onWarning: (message) => emit({ kind: 'warning', message }),
    signal,
  });
  const usable = dataset.images.flatMap((_, index) => (set.present[index] === true ? [index] : []));
  return { features: set.arrays, usable, skipped: problems(dataset, unreadable) };
}

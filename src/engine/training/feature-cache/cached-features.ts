import path from 'node:path';
import { DEFAULT_CACHE_LIMIT_BYTES } from '../../../shared/contract/settings.ts';
import { rowBytes } from '../../cache/chunk.ts';
import type { Column } from '../../cache/chunk.ts';
import { RowStore } from '../../cache/row-store.ts';

/** What features depend on, the image apart. */
export interface FeatureKey {
  /** SHA-256, in hex, over the prefix' layers and weights, preprocessing, precision, TensorFlow's version and device. */
  readonly prefix: string;
  /** The tensors at the cut, batch left out of their shapes. */
  readonly outputs: readonly { readonly name: string; readonly shape: readonly number[] }[];
}

export interface FeatureSet {
  /** For each output, [images, ...shape] row-major in the order of the asked images; zero where not present. */
  readonly arrays: ReadonlyMap<string, Float32Array>;
  /** For each image, whether it has features; the images that `compute` wrote nothing for have none. */
  readonly present: readonly boolean[];
  readonly computed: number;
  readonly reused: number;
}

export interface CachedFeaturesOptions {
  readonly cacheDirectory: string;
  readonly key: FeatureKey;
  /** SHA-256 of each image's file. */
  readonly contentHashes: readonly string[];
  /**
   * Computes what is missing; not called when nothing is.
   *
   * @param missing indices into `contentHashes`, ascending
   * @param write hands over one image's outputs by name, which are copied
   */
  readonly compute: (
    missing: readonly number[],
    write: (index: number, outputs: ReadonlyMap<string, Float32Array>) => void,
  ) => Promise<void>;
  /** Told once when the cache cannot be written, or was damaged. */
  readonly onWarning?: ((message: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Bytes that the features of all prefixes together may take; those used longest ago go first. */
  readonly limitBytes?: number | undefined;
}

/** What it means that features do not fit into their cache; null where they do. */
export function beyondLimit(bytes: number, limitBytes = DEFAULT_CACHE_LIMIT_BYTES): string | null {
  if (bytes <= limitBytes) return null;
  const gigabytes = (value: number): string => `${(value / 1e9).toFixed(1)} GB`;
  return `The features take ${gigabytes(bytes)}, and their cache ${gigabytes(limitBytes)} at most: a part of them is computed again by the next run. \`thaw cache limit\` raises it.`;
}

/** Where the features of frozen prefixes are kept, one folder for each prefix. */
export function featureCacheFolder(cacheDirectory: string): string {
  return path.join(cacheDirectory, 'features');
}

/**
 * The outputs of a frozen prefix for many images, each computed once: features are kept under THAW_CACHE as `.npy` files
 * that NumPy reads, and found again by the prefix' key and the image's content, so a dataset that grew costs only what is
 * new. What was computed before `compute` fails or is cancelled is kept.
 *
 * @throws what `compute` throws, and the signal's reason when it is aborted
 */
export async function cachedFeatures(options: CachedFeaturesOptions): Promise<FeatureSet> {
  const { contentHashes, key, signal } = options;
  if (!/^[0-9a-f]{64}$/.test(key.prefix))
    throw new TypeError(`A prefix key must be a SHA-256 in hex, not '${key.prefix}'.`);
  signal?.throwIfAborted();
  const columns = key.outputs.map(({ name, shape }): Column => ({ name, type: 'float32', shape }));
  const tables = columns.map((column) => {
    const bytes = rowBytes(column);
    return { name: column.name, values: bytes / 4, array: new Float32Array((contentHashes.length * bytes) / 4) };
  });
  const tooLarge = beyondLimit(
    tables.reduce((sum, { array }) => sum + array.byteLength, 0),
    options.limitBytes,
  );
  if (tooLarge !== null) options.onWarning?.(tooLarge);
  const rowOf = (index: number): readonly Uint8Array[] =>
    tables.map(({ array, values }) => new Uint8Array(array.buffer, index * values * 4, values * 4));

  const store = await RowStore.open({
    root: featureCacheFolder(options.cacheDirectory),
    key: key.prefix,
    columns,
    limitBytes: options.limitBytes ?? DEFAULT_CACHE_LIMIT_BYTES,
    onWarning: options.onWarning,
  });
  try {
    const known = contentHashes.flatMap((contentHash, index) =>
      store.has(contentHash) ? [{ contentHash, index }] : [],
    );
    const intact = await store.read(
      known.map(({ contentHash, index }) => ({ key: contentHash, targets: rowOf(index) })),
    );
    const present = contentHashes.map(() => false);
    known.forEach(({ index }, request) => (present[index] = intact[request] === true));
    const missing = [...present.keys()].filter((index) => present[index] === false);
    for (const index of missing) for (const row of rowOf(index)) row.fill(0);

    const write = (index: number, outputs: ReadonlyMap<string, Float32Array>): void => {
      const contentHash = contentHashes[index];
      if (contentHash === undefined) throw new RangeError(`There is no image ${index}.`);
      for (const { name, values, array } of tables) {
        const output = outputs.get(name);
        if (output?.length !== values) {
          throw new RangeError(
            `The features '${name}' must have ${values} values, but got ${output?.length ?? 'none'}.`,
          );
        }
        array.set(output, index * values);
      }
      present[index] = true;
      void store.add(contentHash, rowOf(index));
    };
    if (missing.length > 0) await options.compute(missing, write);
    signal?.throwIfAborted();
    const computed = missing.filter((index) => present[index] === true).length;
    return {
      arrays: new Map(tables.map(({ name, array }) => [name, array])),
      present,
      computed,
      reused: contentHashes.length - missing.length,
    };
  } finally {
    await store.close();
  }
}

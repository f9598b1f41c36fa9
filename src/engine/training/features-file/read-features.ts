import { createHash } from 'node:crypto';
import { ThawError } from '../../../shared/errors/thaw-error.ts';
import { SPLITS, type Dataset, type DatasetImage, type Split } from '../../dataset/dataset.ts';
import { splitImages, type SplitOptions } from '../../dataset/split/split-images.ts';
import { UNLABELLED } from '../../dataset/read-images.ts';
import { elementCount } from '../../network/shape.ts';
import { UnexpectedArray, type NpzReader } from '../../numpy/npz-reader.ts';
import { hashFiles } from '../../weights/files.ts';
import { machineMemory } from '../memory.ts';
import { describeFeatures, withFeaturesFile, type FeaturesDescription } from './describe-features.ts';
import { ARRAYS } from './metadata.ts';
import { MOST_LIST_BYTES, readLabels, rowsOf } from './read-labels.ts';

/** Features are held once as they are read and once by the session. */
const MEMORY_SHARE = 0.5;

/** Features that were computed before, as training takes them. */
export interface GivenFeatures {
  readonly description: FeaturesDescription;
  /** Its images are those that have a class. */
  readonly dataset: Dataset;
  /** One array for each of the description's, [images of the dataset, ...shape]. */
  readonly features: readonly Float32Array[];
  /** Rows that are not used, for they have no class. */
  readonly unlabelled: number;
}

/** @throws UnexpectedArray naming array, row and value */
function expectFinite(name: string, values: Float32Array, size: number): void {
  let at = 0;
  // Of a thousand million of them, `findIndex` takes several times as long.
  while (at < values.length && Number.isFinite(values[at])) at += 1;
  if (at === values.length) return;
  throw new UnexpectedArray(
    `features must be finite numbers; found ${values[at] ?? NaN} in row ${Math.floor(at / size)} of '${name}'`,
  );
}

/** Moves the rows that are kept, in their order, to the front of the memory they lie in. */
export function keepRows(values: Float32Array, size: number, rows: readonly number[]): Float32Array {
  rows.forEach((row, place) => {
    if (row !== place) values.copyWithin(place * size, row * size, (row + 1) * size);
  });
  return values.subarray(0, rows.length * size);
}

export async function readArrays(
  reader: NpzReader,
  { arrays, images }: FeaturesDescription,
): Promise<readonly Float32Array[]> {
  let room = machineMemory().totalBytes * MEMORY_SHARE;
  const features: Float32Array[] = [];
  for (const { name, shape } of arrays) {
    const bytes = images * elementCount(shape) * 4;
    if (bytes > room) {
      throw new UnexpectedArray(
        `'${name}' takes ${bytes} bytes of memory, and ${Math.floor(room)} are left for features on this machine`,
      );
    }
    const { data } = await reader.floats(name, 2 * room);
    expectFinite(name, data, elementCount(shape));
    features.push(data);
    room -= bytes;
  }
  return features;
}

/** The split of each row; `train` where the file says none. */
export async function splitsOf(reader: NpzReader, images: number): Promise<readonly Split[]> {
  if (!reader.names.includes(ARRAYS.splits)) return Array.from({ length: images }, () => 'train' as const);
  return (await rowsOf(reader, ARRAYS.splits, images)).map((name, row) => {
    const split = SPLITS.find((known) => known === (name === '' ? 'train' : name));
    if (split) return split;
    throw new UnexpectedArray(`splits are ${SPLITS.join(', ')}; found '${name.slice(0, 50)}' in row ${row}`);
  });
}

/** Whether each row stays in its split, however the others are divided; none does where the file does not say. */
export async function pinsOf(reader: NpzReader, images: number): Promise<readonly boolean[]> {
  if (!reader.names.includes(ARRAYS.pinned)) return Array.from({ length: images }, () => false);
  const { kind, shape } = await reader.describe(ARRAYS.pinned);
  if (kind !== 'integers' || shape.length !== 1 || shape[0] !== images) {
    throw new UnexpectedArray(`'${ARRAYS.pinned}' must be whole numbers of the shape [${images}], one for each row`);
  }
  return (await reader.integers(ARRAYS.pinned, MOST_LIST_BYTES)).map((pinned) => pinned !== 0);
}

/** What tells two rows apart: the hash of the image's file, or of the features themselves. */
export async function hashesOf(
  reader: NpzReader,
  { images, arrays }: FeaturesDescription,
  features: readonly Float32Array[],
): Promise<readonly string[]> {
  if (reader.names.includes(ARRAYS.contentHashes)) return rowsOf(reader, ARRAYS.contentHashes, images);
  return Array.from({ length: images }, (_, row) => {
    const hash = createHash('sha256');
    features.forEach((values, index) => {
      const size = elementCount(arrays[index]?.shape ?? []);
      const own = values.subarray(row * size, (row + 1) * size);
      hash.update(new Uint8Array(own.buffer, own.byteOffset, own.byteLength));
    });
    return hash.digest('hex');
  });
}

/** Splits the rows as a plan asks, as for folders: where the file brings no validation, a part is held out. */
export function withValidation(
  path: string,
  images: readonly DatasetImage[],
  options: SplitOptions,
): readonly DatasetImage[] {
  const splits = splitImages(
    images,
    images.some(({ split }) => split === 'validation'),
    options,
  );
  if (!splits.includes('validation')) {
    throw new ThawError(
      'dataset.images',
      `Some images must be left for validation, but the classes of '${path}' have only one each.`,
      'Write the features of more images.',
    );
  }
  return images.map((image, index) => ({ ...image, split: splits[index] ?? image.split }));
}

async function read(
  reader: NpzReader,
  description: FeaturesDescription,
  options: SplitOptions & { readonly signal: AbortSignal },
): Promise<GivenFeatures> {
  const { path, images, arrays } = description;
  const { classes, labels } = await readLabels(reader, path, images);
  const splits = await splitsOf(reader, images);
  const pins = await pinsOf(reader, images);
  const paths = reader.names.includes(ARRAYS.paths) ? await rowsOf(reader, ARRAYS.paths, images) : null;
  options.signal.throwIfAborted();
  const all = await readArrays(reader, description);
  const hashes = await hashesOf(reader, description, all);
  options.signal.throwIfAborted();
  const rows = [...labels.keys()].filter((row) => labels[row] !== UNLABELLED);
  const found = rows.map((row): DatasetImage => ({
    path: paths?.[row] ?? `row ${row}`,
    split: splits[row] ?? 'train',
    label: labels[row] ?? 0,
    bytes: 0,
    contentHash: hashes[row] ?? '',
    ...(pins[row] === true && { pinned: splits[row] ?? 'train' }),
  }));
  return {
    description,
    dataset: {
      root: path,
      classes,
      images: withValidation(path, found, options),
      skipped: [],
      version: await hashFiles([path]),
    },
    features: all.map((values, index) => keepRows(values, elementCount(arrays[index]?.shape ?? []), rows)),
    unlabelled: images - rows.length,
  };
}

/**
 * Reads features with their labels, Thaw's own or of others. Nothing in the file is believed: sizes are bounded, and every
 * number must be finite.
 *
 * @throws ThawError `features.unreadable`, `dataset.classes`, `dataset.images`; the signal's reason
 */
export async function readFeatures(
  path: string,
  options: SplitOptions & { readonly signal: AbortSignal },
): Promise<GivenFeatures> {
  const description = await describeFeatures(path);
  return withFeaturesFile(path, (reader) => read(reader, description, options));
}

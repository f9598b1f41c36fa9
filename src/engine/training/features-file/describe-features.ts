import { z } from 'zod';
import { ThawError } from '../../../shared/errors/thaw-error.ts';
import { describesFile, NpzReader, UnexpectedArray } from '../../numpy/npz-reader.ts';
import {
  ARRAYS,
  FEATURES_ARRAY,
  FEATURES_FILE_VERSION,
  featuresArray,
  featuresMetadata,
  type FeaturesMetadata,
} from './metadata.ts';

/** Far more than metadata takes. */
const MOST_METADATA_BYTES = 4 * 2 ** 20;
/** Rows are numbered by 32 bits in the train step. */
const MOST_IMAGES = 2 ** 31 - 1;
/** An image's features are a vector, a sequence of vectors or a map of vectors. */
const MOST_SIZES = 3;

/** What a features file says of itself, before anything large is read. */
export interface FeaturesDescription {
  readonly path: string;
  /** null in a file that others wrote: then nothing is known of the network. */
  readonly metadata: FeaturesMetadata | null;
  /** Each with the shape of one image's features; `layer` is null in a file that others wrote. */
  readonly arrays: readonly {
    readonly name: string;
    readonly layer: string | null;
    readonly shape: readonly number[];
  }[];
  /** Rows of each array. */
  readonly images: number;
}

const HINT =
  'Write it with `thaw features`, or with numpy.savez(file, features=..., labels=...) and perhaps classes=....';

export function unreadableFeatures(path: string, found: string, hint = HINT, cause?: unknown): ThawError {
  return new ThawError(
    'features.unreadable',
    `Features come as a .npz file of NumPy, but of '${path}': ${found}.`,
    hint,
    { cause },
  );
}

/** Opens a features file for some work, and says what is wrong with it. @throws ThawError `features.unreadable` */
export async function withFeaturesFile<Result>(
  path: string,
  work: (reader: NpzReader) => Promise<Result>,
): Promise<Result> {
  let reader: NpzReader | null = null;
  try {
    reader = await NpzReader.open(path);
    return await work(reader);
  } catch (error) {
    if (describesFile(error)) throw unreadableFeatures(path, error.message, HINT, error);
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT') throw unreadableFeatures(path, 'there is nothing of that name', 'Check its name.', error);
    if (code === 'EISDIR') throw unreadableFeatures(path, 'it is a folder', 'Give images with --dataset.', error);
    if (code === 'EACCES' || code === 'EPERM') {
      throw unreadableFeatures(path, 'it may not be read: permission denied', 'Give yourself permission.', error);
    }
    throw error;
  } finally {
    await reader?.close();
  }
}

const versioned = z.looseObject({ schemaVersion: z.int(), thaw: z.string() });

/** @returns null for an array of that name which is not ours */
async function readMetadata(path: string, reader: NpzReader): Promise<FeaturesMetadata | null> {
  if (!reader.names.includes(ARRAYS.metadata)) return null;
  if ((await reader.describe(ARRAYS.metadata)).kind !== 'texts') return null;
  const [text = ''] = await reader.texts(ARRAYS.metadata, MOST_METADATA_BYTES);
  let json: unknown = null;
  try {
    json = JSON.parse(text);
  } catch {
    return null;
  }
  const version = versioned.safeParse(json);
  if (!version.success) return null;
  const { schemaVersion, thaw } = version.data;
  if (schemaVersion !== FEATURES_FILE_VERSION) {
    throw unreadableFeatures(
      path,
      `expected version ${FEATURES_FILE_VERSION} of its metadata, found version ${schemaVersion}, written by Thaw ${thaw}`,
      'Use that Thaw, or write the features again.',
    );
  }
  const parsed = featuresMetadata.safeParse(json);
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues[0]?.path.join('.') ?? '';
  throw unreadableFeatures(path, `its metadata is not as Thaw writes it, at '${where}'`);
}

async function describeArray(
  reader: NpzReader,
  name: string,
): Promise<{ readonly images: number; readonly shape: readonly number[] }> {
  const { shape, kind, description } = await reader.describe(name);
  if (kind !== 'floats') throw new UnexpectedArray(`'${name}' has the type '${description}', and features are floats`);
  const [images = 0, ...sizes] = shape;
  if (sizes.length === 0 || sizes.length > MOST_SIZES || sizes.includes(0)) {
    throw new UnexpectedArray(
      `'${name}' must have the shape [images, ...] with one to ${MOST_SIZES} sizes an image; found [${shape.join(', ')}]`,
    );
  }
  if (images < 1 || images > MOST_IMAGES) throw new UnexpectedArray(`'${name}' has ${images} rows`);
  return { images, shape: sizes };
}

async function describe(path: string, reader: NpzReader): Promise<FeaturesDescription> {
  const metadata = await readMetadata(path, reader);
  const layers: readonly (string | null)[] = metadata?.layers ?? [null];
  const arrays: FeaturesDescription['arrays'][number][] = [];
  let images: number | null = null;
  for (const layer of layers) {
    const name = layer === null ? FEATURES_ARRAY : featuresArray(layer, layers.length);
    const found = await describeArray(reader, name);
    images ??= found.images;
    if (found.images !== images) {
      throw new UnexpectedArray(`'${name}' has ${found.images} rows, and the features of another layer ${images}`);
    }
    arrays.push({ name, layer, shape: found.shape });
  }
  return { path, metadata, arrays, images: images ?? 0 };
}

/**
 * Reads what a features file holds, Thaw's own or of others, without reading the features.
 *
 * @throws ThawError `features.unreadable`
 */
export async function describeFeatures(path: string): Promise<FeaturesDescription> {
  return withFeaturesFile(path, (reader) => describe(path, reader));
}

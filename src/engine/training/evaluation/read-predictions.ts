import { stat } from 'node:fs/promises';
import path from 'node:path';
import { describesFile, NpzReader, UnexpectedArray } from '../../numpy/npz-reader.ts';
import {
  HASH_BYTES,
  isPredictionsPath,
  PREDICTION_ARRAYS,
  PREDICTIONS_FILE_VERSION,
  predictionsMetadata,
} from './predictions-file.ts';

/** Four million images. */
const MOST_LIST_BYTES = 2 ** 27;
/** Sixteen million probabilities: more are not kept. */
export const MOST_PROBABILITY_BYTES = 2 ** 26;
/** A million of them, with names of 128 letters. */
export const MOST_PATH_BYTES = 2 ** 29;
const MOST_METADATA_BYTES = 2 ** 20;

/** What a run made of each image of a split, in the order in which its dataset has them. */
export interface KeptPredictions {
  readonly classes: readonly string[];
  /** Positions in `classes`. */
  readonly labels: Int32Array;
  readonly predicted: Int32Array;
  /** Of the class that was predicted. */
  readonly probability: Float32Array;
  /** SHA-256 in hex. */
  readonly contentHashes: readonly string[];
}

/** The same, with the probability of every class. */
export interface KeptProbabilities extends KeptPredictions {
  /** [images, classes] */
  readonly probabilities: Float32Array;
}

export async function withPredictions<Result>(
  runDirectory: string,
  relative: string,
  read: (reader: NpzReader) => Promise<Result>,
): Promise<Result | null> {
  if (!isPredictionsPath(relative)) return null;
  let reader: NpzReader | null = null;
  try {
    reader = await NpzReader.open(path.join(runDirectory, relative));
    return await read(reader);
  } catch (error) {
    // A run's folder may be deleted, moved or come from elsewhere: its figures in the log are what is left then.
    if (describesFile(error) || (error instanceof Error && 'code' in error)) return null;
    throw error;
  } finally {
    await reader?.close();
  }
}

async function expectVersion(reader: NpzReader): Promise<void> {
  const [text = ''] = await reader.texts(PREDICTION_ARRAYS.metadata, MOST_METADATA_BYTES);
  let json: unknown = null;
  try {
    json = JSON.parse(text);
  } catch {
    // Falls through to the schema's refusal.
  }
  if (predictionsMetadata.safeParse(json).success) return;
  throw new UnexpectedArray(
    `its metadata must be of a version up to ${PREDICTIONS_FILE_VERSION}; found '${text.slice(0, 80)}'`,
  );
}

export async function column(
  reader: NpzReader,
  name: string,
  description: string,
  sizes: readonly number[],
): Promise<Buffer> {
  const { shape, data } = await reader.bytes(name, description, MOST_LIST_BYTES);
  const [, ...found] = shape;
  if (found.join() === sizes.join()) return data;
  throw new UnexpectedArray(`'${name}' must have the shape [images${sizes.map((size) => `, ${size}`).join('')}]`);
}

export async function readRows(reader: NpzReader): Promise<KeptPredictions> {
  await expectVersion(reader);
  const classes = await reader.texts(PREDICTION_ARRAYS.classes, MOST_LIST_BYTES);
  const integers = async (name: string): Promise<Int32Array> => {
    const data = await column(reader, name, '<i4', []);
    return new Int32Array(data.buffer, data.byteOffset, data.length / 4);
  };
  const labels = await integers(PREDICTION_ARRAYS.labels);
  const predicted = await integers(PREDICTION_ARRAYS.predicted);
  const likely = await column(reader, PREDICTION_ARRAYS.probability, '<f4', []);
  const probability = new Float32Array(likely.buffer, likely.byteOffset, likely.length / 4);
  const hashes = (await column(reader, PREDICTION_ARRAYS.contentHashes, '|u1', [HASH_BYTES])).toString('hex');
  const { length } = labels;
  if (predicted.length !== length || probability.length !== length || hashes.length !== length * HASH_BYTES * 2) {
    throw new UnexpectedArray(`its arrays must have as many rows as there are labels, which are ${length}`);
  }
  const isClass = (position: number): boolean => position >= 0 && position < classes.length;
  if (!labels.every(isClass) || !predicted.every(isClass)) {
    throw new UnexpectedArray(`labels and predictions must be positions in its ${classes.length} classes`);
  }
  const digits = HASH_BYTES * 2;
  const contentHashes = Array.from({ length }, (_, row) => hashes.slice(row * digits, (row + 1) * digits));
  return { classes, labels, predicted, probability, contentHashes };
}

/**
 * What a run made of the images of a split.
 *
 * @param relative to the run's folder, as the log has it
 * @returns null where the file has gone, or is none that this Thaw wrote
 */
export async function readPredictions(runDirectory: string, relative: string): Promise<KeptPredictions | null> {
  return withPredictions(runDirectory, relative, readRows);
}

async function readWithProbabilities(reader: NpzReader): Promise<KeptProbabilities> {
  const kept = await readRows(reader);
  const { shape, data } = await reader.bytes(PREDICTION_ARRAYS.probabilities, '<f4', MOST_PROBABILITY_BYTES);
  if (shape.join() !== `${kept.labels.length},${kept.classes.length}`) {
    throw new UnexpectedArray(`'${PREDICTION_ARRAYS.probabilities}' must have the shape [images, classes]`);
  }
  return { ...kept, probabilities: new Float32Array(data.buffer, data.byteOffset, data.length / 4) };
}

/** What a run thought of every class for the images of a split; null as by `readPredictions`, and where that was too much to keep. */
export async function readProbabilities(runDirectory: string, relative: string): Promise<KeptProbabilities | null> {
  return withPredictions(runDirectory, relative, readWithProbabilities);
}

/** Tells whether the file is still the one that was read; null where it has gone. */
export async function predictionsStamp(runDirectory: string, relative: string): Promise<string | null> {
  if (!isPredictionsPath(relative)) return null;
  try {
    const { ino, size, mtimeMs } = await stat(path.join(runDirectory, relative));
    return [ino, size, mtimeMs].join(' ');
  } catch {
    return null;
  }
}

/** The images' paths, relative to the dataset's root; null as by `readPredictions`. */
export async function readPredictedPaths(runDirectory: string, relative: string): Promise<readonly string[] | null> {
  return withPredictions(runDirectory, relative, (reader) => reader.texts(PREDICTION_ARRAYS.paths, MOST_PATH_BYTES));
}

import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { explainDiskError } from '../../../shared/errors/thaw-error.ts';
import type { DatasetImage } from '../../dataset/dataset.ts';
import { NpzWriter } from '../../numpy/npz-writer.ts';
import type { Predictions } from '../evaluate.ts';
import {
  HASH_BYTES,
  PREDICTION_ARRAYS,
  PREDICTIONS_FILE_VERSION,
  predictionsPath,
  predictionsMetadata,
  type PredictionsAbout,
} from './predictions-file.ts';

/** What is known of images beyond what a run keeps at its end; a file with it is of version 2. */
export interface MorePredictions {
  /** [images] of the label. */
  readonly labelProbability: Float32Array;
  /** [images] how many classes are more probable than the label. */
  readonly labelRank: Int32Array;
  /** [images] in pixels; 0 where it is not known. */
  readonly longerSides: Int32Array;
  readonly tags: readonly (readonly string[])[];
}

/** What tells rows of a features file apart is whatever its writer took: it becomes a SHA-256 where it is none. */
function hashBytes(contentHash: string): Buffer {
  if (/^[0-9a-f]{64}$/i.test(contentHash)) return Buffer.from(contentHash, 'hex');
  return createHash('sha256').update(contentHash).digest();
}

/**
 * Writes what a run made of the images of a split, aside and renamed.
 *
 * @param images of the split, in its order
 * @returns where it lies, relative to the run's folder
 * @throws ThawError `disk.full`, `disk.readOnly`
 */
export async function writePredictions(
  runDirectory: string,
  about: PredictionsAbout,
  {
    images,
    classes,
    predictions,
    more,
  }: {
    readonly images: readonly Pick<DatasetImage, 'path' | 'label' | 'contentHash'>[];
    readonly classes: readonly string[];
    readonly predictions: Predictions;
    readonly more?: MorePredictions | undefined;
  },
): Promise<string> {
  const relative = predictionsPath(about);
  const target = path.join(runDirectory, relative);
  try {
    await mkdir(path.dirname(target), { recursive: true, mode: 0o700 });
    const writer = await NpzWriter.create(target);
    try {
      const numbers = async (
        name: string,
        type: string,
        sizes: readonly number[],
        values: Int32Array | Float32Array | Uint8Array,
      ): Promise<void> => {
        const rowBytes = sizes.reduce((product, size) => product * size, values.BYTES_PER_ELEMENT);
        const array = writer.array(name, type, sizes, { rowBytes, mostRows: images.length });
        await array.append(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
      };
      const { split, epoch, step } = about;
      const schemaVersion = more ? PREDICTIONS_FILE_VERSION : 1;
      const metadata = predictionsMetadata.parse({ schemaVersion, split, epoch, step });
      const labels = Int32Array.from(images, ({ label }) => label);
      const hashes = Buffer.concat(images.map(({ contentHash }) => hashBytes(contentHash)));
      await writer.texts(PREDICTION_ARRAYS.metadata, [JSON.stringify(metadata)]);
      await writer.texts(PREDICTION_ARRAYS.classes, classes);
      await numbers(PREDICTION_ARRAYS.labels, '<i4', [], labels);
      await numbers(PREDICTION_ARRAYS.predicted, '<i4', [], predictions.predicted);
      await numbers(PREDICTION_ARRAYS.probability, '<f4', [], predictions.probability);
      await numbers(PREDICTION_ARRAYS.contentHashes, '|u1', [HASH_BYTES], hashes);
      await writer.texts(
        PREDICTION_ARRAYS.paths,
        images.map((image) => image.path),
      );
      const { probabilities } = predictions;
      if (probabilities) await numbers(PREDICTION_ARRAYS.probabilities, '<f4', [classes.length], probabilities);
      if (more) {
        await numbers(PREDICTION_ARRAYS.labelProbability, '<f4', [], more.labelProbability);
        await numbers(PREDICTION_ARRAYS.labelRank, '<i4', [], more.labelRank);
        await numbers(PREDICTION_ARRAYS.longerSides, '<i4', [], more.longerSides);
        await writer.texts(
          PREDICTION_ARRAYS.tags,
          more.tags.map((own) => JSON.stringify(own)),
        );
      }
      await writer.close();
      return relative;
    } catch (error) {
      await writer.abandon();
      throw error;
    }
  } catch (error) {
    throw explainDiskError(error, 'write what was made of each image');
  }
}

import { z } from 'zod';
import { labelScore, type ScoredImages } from '../../evaluation/scored-images.ts';
import type { SlicedImages } from '../../evaluation/slices.ts';
import { UnexpectedArray, type NpzReader } from '../../numpy/npz-reader.ts';
import { PREDICTION_ARRAYS } from './predictions-file.ts';
import { column, MOST_PATH_BYTES, MOST_PROBABILITY_BYTES, readRows, withPredictions } from './read-predictions.ts';

/** All that a file says of the images of an evaluation. */
export interface EvaluatedImages extends SlicedImages {
  readonly names: readonly string[];
  readonly scored: ScoredImages;
  /** SHA-256 in hex. */
  readonly contentHashes: readonly string[];
}

const tagList = z.array(z.string());

function tagsOf(text: string): readonly string[] {
  try {
    return tagList.parse(JSON.parse(text));
  } catch {
    throw new UnexpectedArray(`'${PREDICTION_ARRAYS.tags}' must be lists of texts; found '${text.slice(0, 80)}'`);
  }
}

const floats = (data: Buffer): Float32Array => new Float32Array(data.buffer, data.byteOffset, data.length / 4);
const integers = (data: Buffer): Int32Array => new Int32Array(data.buffer, data.byteOffset, data.length / 4);

async function probabilitiesOf(reader: NpzReader, images: number, classes: number): Promise<Float32Array | null> {
  if (!reader.names.includes(PREDICTION_ARRAYS.probabilities)) return null;
  const { shape, data } = await reader.bytes(PREDICTION_ARRAYS.probabilities, '<f4', MOST_PROBABILITY_BYTES);
  if (shape.join() === `${images},${classes}`) return floats(data);
  throw new UnexpectedArray(`'${PREDICTION_ARRAYS.probabilities}' must have the shape [images, classes]`);
}

type LabelScores = Pick<ScoredImages, 'labelProbability' | 'labelRank'>;

/** Where the file says nothing of the labels, what the probabilities say; null where there are none either. */
function scoresBy(labels: Int32Array, classes: number, probabilities: Float32Array | null): LabelScores | null {
  if (!probabilities) return null;
  const scores = Array.from(labels, (label, row) => labelScore(probabilities, { row, classes, label }));
  return {
    labelProbability: Float32Array.from(scores, ({ probability }) => probability),
    labelRank: Int32Array.from(scores, ({ rank }) => rank),
  };
}

async function read(reader: NpzReader): Promise<EvaluatedImages | null> {
  const { classes: names, labels, predicted, probability, contentHashes } = await readRows(reader);
  const classes = names.length;
  const probabilities = await probabilitiesOf(reader, labels.length, classes);
  const paths = await reader.texts(PREDICTION_ARRAYS.paths, MOST_PATH_BYTES);
  const hasMore = reader.names.includes(PREDICTION_ARRAYS.labelProbability);
  const scores = hasMore
    ? {
        labelProbability: floats(await column(reader, PREDICTION_ARRAYS.labelProbability, '<f4', [])),
        labelRank: integers(await column(reader, PREDICTION_ARRAYS.labelRank, '<i4', [])),
      }
    : scoresBy(labels, classes, probabilities);
  if (!scores) return null;
  const longerSides = hasMore ? integers(await column(reader, PREDICTION_ARRAYS.longerSides, '<i4', [])) : null;
  const tags = hasMore ? (await reader.texts(PREDICTION_ARRAYS.tags, MOST_PATH_BYTES)).map(tagsOf) : null;
  const columns = [paths, scores.labelProbability, scores.labelRank, longerSides, tags];
  if (columns.some((own) => own !== null && own.length !== labels.length)) {
    throw new UnexpectedArray(`its arrays must have as many rows as there are labels, which are ${labels.length}`);
  }
  const scored = { classes, labels, predicted, probability, ...scores, probabilities };
  return { names, scored, contentHashes, paths, longerSides, tags };
}

/**
 * What is kept of an evaluation, image by image.
 *
 * @param relative to the run's folder, as the log has it
 * @returns null where the file has gone, is none that this Thaw wrote, or does not say how probable the labels were
 */
export async function readEvaluated(runDirectory: string, relative: string): Promise<EvaluatedImages | null> {
  return withPredictions(runDirectory, relative, read);
}

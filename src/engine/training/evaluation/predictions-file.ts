import { z } from 'zod';
import { SPLITS } from '../../../shared/contract/splits.ts';

/** The version of the file's own schema; a file that needs nothing of it has version 1, which older Thaws read. */
export const PREDICTIONS_FILE_VERSION = 2;

/**
 * What a run made of each image of a split, in a `.npz` file that NumPy reads:
 *
 * - `paths`: texts [images], relative to the dataset's root
 * - `content_hashes`: uint8 [images, 32], SHA-256
 * - `labels`, `predicted`: int32 [images], positions in `classes`
 * - `probability`: float32 [images], of the class that was predicted
 * - `probabilities`: float32 [images, classes]; left out where they would be too many
 * - `classes`: texts [classes]
 * - `metadata`: one text, JSON
 *
 * Since version 2 also:
 *
 * - `label_probability`: float32 [images], of the label
 * - `label_rank`: int32 [images], how many classes are more probable than the label
 * - `longer_sides`: int32 [images], in pixels; 0 where it is not known
 * - `tags`: texts [images], JSON lists of texts
 */
export const PREDICTION_ARRAYS = {
  paths: 'paths',
  contentHashes: 'content_hashes',
  labels: 'labels',
  predicted: 'predicted',
  probability: 'probability',
  probabilities: 'probabilities',
  classes: 'classes',
  metadata: 'metadata',
  labelProbability: 'label_probability',
  labelRank: 'label_rank',
  longerSides: 'longer_sides',
  tags: 'tags',
} as const;

export const HASH_BYTES = 32;

const moment = { epoch: z.int().min(0), step: z.int().min(0) };

/** A folder that is no split of the run's dataset has the name of it in place of a split: `folder-` and digits of a hash. */
const FOLDER_SPLIT = /^folder-[0-9a-f]{12}$/;

export const predictionsMetadata = z.discriminatedUnion('schemaVersion', [
  z.strictObject({ schemaVersion: z.literal(1), split: z.enum(SPLITS), ...moment }),
  z.strictObject({
    schemaVersion: z.literal(PREDICTIONS_FILE_VERSION),
    split: z.union([z.enum(SPLITS), z.string().regex(FOLDER_SPLIT)]),
    ...moment,
  }),
]);

/** Whether a path in the log is one that leads to such a file, and nowhere else. */
export function isPredictionsPath(path: string): boolean {
  return /^evaluation\/[a-z]+(?:-[0-9a-f]{12}){0,2}-\d{8,16}\.npz$/.test(path);
}

/** What a file is of, and for one that was asked for 12 digits that no other has: it never takes another's place. */
export interface PredictionsAbout {
  readonly split: string;
  readonly epoch: number;
  readonly step: number;
  readonly token?: string | undefined;
}

/** Where it lies in a run's folder, with `/`. */
export function predictionsPath({ split, step, token }: Omit<PredictionsAbout, 'epoch'>): string {
  const name = token === undefined ? split : `${split}-${token}`;
  return `evaluation/${name}-${String(step).padStart(8, '0')}.npz`;
}

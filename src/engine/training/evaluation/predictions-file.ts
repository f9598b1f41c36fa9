import { z } from 'zod';
import { SPLITS } from '../../../shared/contract/splits.ts';

/** The version of the file's own schema. */
export const PREDICTIONS_FILE_VERSION = 1;

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
} as const;

export const HASH_BYTES = 32;

export const predictionsMetadata = z.strictObject({
  schemaVersion: z.literal(PREDICTIONS_FILE_VERSION),
  split: z.enum(SPLITS),
  epoch: z.int().min(0),
  step: z.int().min(0),
});
export type PredictionsMetadata = z.infer<typeof predictionsMetadata>;

/** Whether a path in the log is one that leads to such a file, and nowhere else. */
export function isPredictionsPath(path: string): boolean {
  return /^evaluation\/[a-z]+-\d{8,16}\.npz$/.test(path);
}

/** Where it lies in a run's folder, with `/`. */
export function predictionsPath({ split, step }: Pick<PredictionsMetadata, 'split' | 'step'>): string {
  return `evaluation/${split}-${String(step).padStart(8, '0')}.npz`;
}

import { z } from 'zod';
import { PRECISIONS, weightsSource } from '../../../shared/contract/plan.ts';

/** Raised when a file means something else than before. */
export const FEATURES_FILE_VERSION = 1;

/** The arrays of a features file beside the features themselves; others' files have the first two of them at most. */
export const ARRAYS = {
  labels: 'labels',
  classes: 'classes',
  paths: 'paths',
  splits: 'splits',
  pinned: 'pinned',
  contentHashes: 'content_hashes',
  metadata: 'metadata',
} as const;

export const FEATURES_ARRAY = 'features';

/** The name of a cut tensor's array: plain `features` where there is one. */
export function featuresArray(layer: string, layers: number): string {
  return layers === 1 ? FEATURES_ARRAY : `${FEATURES_ARRAY}/${layer}`;
}

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** Where features come from, as JSON text in the array `metadata`. */
export const featuresMetadata = z.object({
  schemaVersion: z.literal(FEATURES_FILE_VERSION),
  /** The version of Thaw that wrote it. */
  thaw: z.string().max(100),
  network: z.string().min(1).max(200),
  /** The layers whose outputs they are, in the network's order. */
  layers: z.array(z.string().min(1).max(500)).min(1).max(1000),
  preprocessing: z.record(z.string(), z.unknown()),
  precision: z.enum(PRECISIONS),
  weights: z.object({
    source: weightsSource,
    /** SHA-256 over names and values of the tensors below the layers. */
    sha256,
    /** SHA-256 of the files at the source's path; of no other source. */
    fileSha256: sha256.optional(),
  }),
  tensorflow: z.string().max(100),
  device: z.string().max(100),
});
export type FeaturesMetadata = z.infer<typeof featuresMetadata>;

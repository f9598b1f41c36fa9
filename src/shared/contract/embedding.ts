import { z } from 'zod';
import { weightsReference } from './plan-request.ts';
import { skippedImage } from './run.ts';

/** So many images are laid out by their neighbourhoods; of a larger dataset the others are placed among them. */
export const MOST_LAID_OUT = 5000;

/** What a map's making is told of with, as the `detail` of its progress; only the first and the last count images. */
export const EMBEDDING_STEPS = {
  features: 'taking features',
  layout: 'laying out',
  rest: 'placing the others',
} as const;

/** Which network looks at the images; its own weights where none are named. */
export const embeddingRequest = z.strictObject({
  datasetId: z.string().min(1),
  network: z.string().min(1).optional(),
  weights: weightsReference.optional(),
  /** Whether only a map that was made before is wanted: nothing is computed then. */
  onlyKept: z.boolean().optional(),
});

/** The images of a dataset as points of a plane: those that a network sees alike lie side by side. */
export const embeddingMap = z.strictObject({
  network: z.string(),
  /** The layers whose output was compared. */
  layers: z.array(z.string()),
  /** Images that could be read, in the dataset's order; what follows has one entry, or two coordinates, for each. */
  imageIds: z.array(z.string()),
  paths: z.array(z.string()),
  /** -1 where no class is known. */
  classes: z.instanceof(Int32Array),
  /** [images, 2], between 0 and 1. */
  coordinates: z.instanceof(Float32Array),
  /** Of all images, those that were placed among their nearest neighbours. */
  placed: z.int(),
  /** Images that could not be read when the map was made. */
  skipped: z.array(skippedImage),
});
export type EmbeddingMap = z.infer<typeof embeddingMap>;

/** `map` is null where only a kept one was wanted and there is none. */
export const embeddingAnswer = z.strictObject({ map: embeddingMap.nullable() });

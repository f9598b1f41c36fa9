import { z } from 'zod';
import { checkpointChoice } from './checkpoint.ts';
import { imageReference } from './image-reference.ts';
import { PRECISIONS } from './plan.ts';
import { exported, exportOutput } from './run-exchange.ts';
import { skippedImage } from './run.ts';

/** As many images that could not be read are told; the file has them all. */
export const MOST_UNREADABLE_TOLD = 1000;

export const PREDICTION_FORMATS = ['csv', 'json'] as const;
export type PredictionFormat = (typeof PREDICTION_FORMATS)[number];

export const writePredictionsRequest = z.strictObject({
  runId: z.string().min(1),
  /** The best one where it is left out. */
  checkpoint: checkpointChoice.optional(),
  /** As of `predict`. */
  precision: z.enum(PRECISIONS).optional(),
  /** Images, and folders of them. */
  images: z.array(imageReference).min(1),
  top: z.int().min(1).max(1000),
  /** `csv`, as RFC 4180 has it, where it is left out. */
  format: z.enum(PREDICTION_FORMATS).optional(),
  /** An image whose most probable class is less probable than this is called unsure. */
  unsureBelow: z.number().min(0).max(1).optional(),
  output: exportOutput,
  taskId: z.string().min(1).max(100).optional(),
});
export type WritePredictionsRequest = z.infer<typeof writePredictionsRequest>;

/** Predictions that lie in a file: a row an image, with its `path`, `class_1`, `probability_1` and so on, and `problem`. */
export const writtenPredictions = exported.extend({
  runId: z.string(),
  images: z.int(),
  /** So many of them could not be read. */
  unreadable: z.int(),
  problems: z.array(skippedImage),
});
export type WrittenPredictions = z.infer<typeof writtenPredictions>;

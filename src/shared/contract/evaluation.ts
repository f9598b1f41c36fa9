import { z } from 'zod';
import { SPLITS } from './splits.ts';

/** Images of one label that were taken for one class; classes are named by their position. */
export const confusionCell = z.strictObject({ label: z.int().min(0), predicted: z.int().min(0), images: z.int() });
export type ConfusionCell = z.infer<typeof confusionCell>;

/** What a class came to; null where nothing is divided by. */
const classFigures = z.strictObject({
  name: z.string(),
  /** Images that have it as their label. */
  images: z.int(),
  /** Images that were taken for it. */
  predicted: z.int(),
  correct: z.int(),
  /** Of those that were taken for it, the share that has it. */
  precision: z.number().nullable(),
  /** Of those that have it, the share that was taken for it. */
  recall: z.number().nullable(),
  /** The harmonic mean of both. */
  f1: z.number().nullable(),
});

/** What a run's best checkpoint made of the images of a split. */
export const runEvaluation = z.strictObject({
  split: z.enum(SPLITS),
  epoch: z.int(),
  step: z.int(),
  images: z.int(),
  accuracy: z.number().nullable(),
  loss: z.number().nullable(),
  classes: z.array(classFigures),
  /** Cells with images, by label, then by class. */
  confusion: z.array(confusionCell),
});
export type RunEvaluation = z.infer<typeof runEvaluation>;

/** `evaluation` is null where the run has none of the split that was asked for. */
export const runEvaluations = z.strictObject({
  splits: z.array(z.enum(SPLITS)),
  evaluation: runEvaluation.nullable(),
});
export type RunEvaluations = z.infer<typeof runEvaluations>;

import { z } from 'zod';
import { runEvaluation } from './evaluation.ts';
import { layerState, runSummary } from './run.ts';
import { SPLITS } from './splits.ts';

/** Runs that are compared at once, at most: as many as can be told apart in one chart. */
export const MOST_COMPARED = 10;

/** Images of one page, at most. */
export const MOST_PREDICTIONS = 500;

const comparedRunIds = z.array(z.string().min(1)).min(2).max(MOST_COMPARED);

export const compareRequest = z.strictObject({ runIds: comparedRunIds });

const comparedRun = runSummary.extend({
  parentRunId: z.string().nullable(),
  bestEpoch: z.int().nullable(),
  /** Of the validation; null for a run that kept none. */
  evaluation: runEvaluation.nullable(),
  /** Of which it kept what it made of each image. */
  splits: z.array(z.enum(SPLITS)),
});
export type ComparedRun = z.infer<typeof comparedRun>;

/**
 * Something that was decided or given before a run, under a dotted key: `plan.optimizer.learningRate`, `dataset.version`,
 * `weights.sha256`, `environment.tensorflow`.
 */
const comparedParameter = z.strictObject({
  key: z.string(),
  /** One for each run; null where the run has none. */
  values: z.array(z.union([z.string(), z.number(), z.boolean(), z.null()])),
  differs: z.boolean(),
});
export type ComparedParameter = z.infer<typeof comparedParameter>;

const figures = z.array(z.number().nullable());

/** What came out, one figure for each run; null where it is not known. */
const comparedMetric = z.strictObject({
  key: z.string(),
  /** At the best epoch. */
  best: figures,
  /** At the last epoch; null for what is known once for the whole run. */
  last: figures.nullable(),
  /** Which is better; null where neither is. */
  better: z.enum(['higher', 'lower']).nullable(),
});
export type ComparedMetric = z.infer<typeof comparedMetric>;

/** A layer of one or more of the networks; layers are the same that have the same name in the same order. */
const comparedLayer = z.strictObject({
  name: z.string(),
  kind: z.string(),
  block: z.string(),
  /** One for each run; null where its network has no such layer. */
  states: z.array(layerState.pick({ state: true, statistics: true, parameters: true }).nullable()),
  /** Not frozen or trainable alike in all runs, or not in all of them. */
  differs: z.boolean(),
});
export type ComparedLayer = z.infer<typeof comparedLayer>;

export const runComparison = z.strictObject({
  /** In the order of the request. */
  runs: z.array(comparedRun),
  parameters: z.array(comparedParameter),
  metrics: z.array(comparedMetric),
  layers: z.array(comparedLayer),
});
export type RunComparison = z.infer<typeof runComparison>;

export const predictionsRequest = z.strictObject({
  /** One, or several whose predictions are laid side by side. */
  runIds: z.array(z.string().min(1)).min(1).max(MOST_COMPARED),
  /** `validation` where it is left out. */
  split: z.enum(SPLITS).optional(),
  /** Only images that two of the runs took for different classes. */
  changedOnly: z.boolean().optional(),
  /** Only images of this label that this run took for that class. */
  cell: z.strictObject({ runId: z.string().min(1), label: z.string(), predicted: z.string() }).optional(),
  /** Whether ids of pictures are wanted, for which the runs' datasets are opened where they still are. */
  pictures: z.boolean().optional(),
  offset: z.int().min(0),
  limit: z.int().min(1).max(MOST_PREDICTIONS),
});
export type PredictionsRequest = z.infer<typeof predictionsRequest>;

const comparedPrediction = z.strictObject({
  predicted: z.string(),
  /** Of that class. */
  probability: z.number(),
});

/** An image that one run or more were evaluated on; runs know it by its content. */
const comparedImage = z.strictObject({
  /** Relative to the dataset's root, as the first run that has it knew it. */
  path: z.string(),
  /** null where its picture was not asked for, or it is no longer there. */
  imageId: z.string().nullable(),
  label: z.string(),
  /** One for each run; null where it was not evaluated on the image. */
  predictions: z.array(comparedPrediction.nullable()),
});
export type ComparedImage = z.infer<typeof comparedImage>;

export const predictionsPage = z.strictObject({
  /** Images that one of the runs was evaluated on. */
  images: z.int(),
  /** Those that two runs or more were evaluated on. */
  shared: z.int(),
  /** Those that two runs took for different classes. */
  changed: z.int(),
  /** Those that pass what was asked for. */
  total: z.int(),
  /** Runs that kept what they made of each image, and whose file is still there. */
  evaluated: z.array(z.string()),
  rows: z.array(comparedImage),
});
export type PredictionsPage = z.infer<typeof predictionsPage>;

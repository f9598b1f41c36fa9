import { z } from 'zod';
import { checkpointChoice } from './checkpoint.ts';
import { confusionCell } from './evaluation.ts';
import { datasetReference } from './plan-request.ts';
import { SPLITS } from './splits.ts';

/** Images of one page, at most. */
export const MOST_EVALUATED_SHOWN = 500;

const runId = z.string().min(1);
const evaluationId = z.int().min(1);

/** What a checkpoint is evaluated on: a split of the run's own dataset, or every image of another folder. */
export const evaluatedOn = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('split'), split: z.enum(SPLITS) }),
  z.strictObject({ kind: z.literal('dataset'), dataset: datasetReference }),
]);

export const evaluateRequest = z.strictObject({
  runId,
  /** The best one where it is left out. */
  checkpoint: checkpointChoice.optional(),
  /** The validation where it is left out. */
  on: evaluatedOn.optional(),
  taskId: z.string().min(1).max(100).optional(),
});
export type EvaluateRequest = z.infer<typeof evaluateRequest>;

/** What one checkpoint made of one set of images, as it is kept with the run. */
export const storedEvaluation = z.strictObject({
  evaluationId,
  /** null for a folder that is no split of the run's dataset. */
  split: z.enum(SPLITS).nullable(),
  /** Of the folder that was evaluated, for people. */
  dataset: z.string(),
  step: z.int(),
  epoch: z.int(),
  /** Of which the label is one of the run's classes: what all figures are of. */
  images: z.int(),
  accuracy: z.number().nullable(),
  /** The mean cross-entropy, in nats. */
  loss: z.number().nullable(),
  createdAt: z.int(),
  /** Whether what was made of each image is still there, without which nothing but these figures is known. */
  kept: z.boolean(),
});
export type StoredEvaluation = z.infer<typeof storedEvaluation>;

/** A figure with its 95 % bootstrap interval; null where nothing is divided by. */
const estimated = z.strictObject({ value: z.number(), low: z.number(), high: z.number() }).nullable();
export type Estimated = z.infer<typeof estimated>;

const evaluatedClass = z.strictObject({
  name: z.string(),
  /** Images that have it as their label (the support). */
  images: z.int(),
  predicted: z.int(),
  correct: z.int(),
  precision: z.number().nullable(),
  recall: z.number().nullable(),
  f1: z.number().nullable(),
  /** The area under its ROC curve, one class against the rest; null without both kinds of images. */
  rocAuc: z.number().nullable(),
  /** The area under its precision-recall curve (average precision). */
  averagePrecision: z.number().nullable(),
});
export type EvaluatedClass = z.infer<typeof evaluatedClass>;

const averages = z.strictObject({
  precision: z.number().nullable(),
  recall: z.number().nullable(),
  f1: z.number().nullable(),
  rocAuc: z.number().nullable(),
});

/** Images by the probability of the class that was predicted: how often it was right where it was so sure. */
const calibration = z.strictObject({
  bins: z.array(
    z.strictObject({
      from: z.number(),
      to: z.number(),
      images: z.int(),
      /** The mean probability; null without images. */
      confidence: z.number().nullable(),
      accuracy: z.number().nullable(),
    }),
  ),
  /** The expected calibration error: mean |accuracy - confidence|, weighted by images. */
  ece: z.number(),
  logLoss: z.number(),
});
export type Calibration = z.infer<typeof calibration>;

export const SLICE_KINDS = ['tag', 'size', 'folder'] as const;

/** Everything that is told of an evaluation. */
export const evaluationReport = storedEvaluation.extend({
  /** In the order of the run's outputs. */
  classes: z.array(evaluatedClass),
  interval: z.strictObject({
    accuracy: estimated,
    /** The label is among the five most probable; null for five classes or fewer. */
    topFive: estimated,
    macroF1: estimated,
    logLoss: estimated,
  }),
  /** Over the classes that have images. */
  macro: averages,
  /** The same, each class counted by its images. */
  weighted: averages,
  calibration,
  /** The temperature at which the log loss is least, which divides logits; null without enough images. What it gives is told of the images it was fitted on. */
  scaled: z.strictObject({ temperature: z.number(), calibration }).nullable(),
  /** Cells with images, by label, then by class. */
  confusion: z.array(confusionCell),
  /** Two classes that are taken for one another most, the worst first; positions in `classes`. */
  confusedPairs: z.array(
    z.strictObject({ label: z.int(), predicted: z.int(), images: z.int(), shareOfLabel: z.number() }),
  ),
  slices: z.array(
    z.strictObject({
      by: z.enum(SLICE_KINDS),
      /** The tag, the folder, or as `256–512 px`. */
      name: z.string(),
      images: z.int(),
      accuracy: estimated,
      logLoss: z.number().nullable(),
    }),
  ),
  /** Images that were left out: without a label, with one that the run has no class of, or that could not be read. */
  leftOut: z.strictObject({
    unlabelled: z.int(),
    unknownClass: z.array(z.strictObject({ name: z.string(), images: z.int() })),
    unreadable: z.array(z.strictObject({ path: z.string(), reason: z.string() })),
  }),
  /** What is to be known before the figures are believed, for people: classes without images and the like. */
  warnings: z.array(z.string()),
});
export type EvaluationReport = z.infer<typeof evaluationReport>;

/** A class against the rest at every threshold that changes anything, thinned to at most 500 points, thresholds falling. */
export const evaluationCurves = z.strictObject({
  class: z.int(),
  positives: z.int(),
  negatives: z.int(),
  rocAuc: z.number().nullable(),
  averagePrecision: z.number().nullable(),
  /** At a probability of `threshold` and above an image is taken for the class; the counts are images. */
  points: z.array(z.strictObject({ threshold: z.number(), truePositives: z.int(), falsePositives: z.int() })),
});
export type EvaluationCurves = z.infer<typeof evaluationCurves>;

export const EVALUATED_ORDERS = ['loss', 'confidentlyWrong', 'unsure', 'path'] as const;

export const evaluatedImagesRequest = z.strictObject({
  runId,
  evaluationId,
  /** Positions in the run's classes: images of this label, images taken for that class. */
  label: z.int().min(0).optional(),
  predicted: z.int().min(0).optional(),
  /** Only those that were taken for another class than theirs, or only the others. */
  correct: z.boolean().optional(),
  slice: z.strictObject({ by: z.enum(SLICE_KINDS), name: z.string() }).optional(),
  /** `loss`: the largest first (top losses). */
  order: z.enum(EVALUATED_ORDERS),
  /** Whether ids of pictures are wanted, for which the dataset is opened where it still is. */
  pictures: z.boolean().optional(),
  offset: z.int().min(0),
  limit: z.int().min(1).max(MOST_EVALUATED_SHOWN),
});
export type EvaluatedImagesRequest = z.infer<typeof evaluatedImagesRequest>;

export const evaluatedImage = z.strictObject({
  /** Relative to the dataset's root, with `/`. */
  path: z.string(),
  /** null where its picture was not asked for, or it is no longer there. */
  imageId: z.string().nullable(),
  label: z.int(),
  predicted: z.int(),
  /** Of the class that was predicted, and of the label. */
  probability: z.number(),
  labelProbability: z.number(),
  /** Cross-entropy, in nats. */
  loss: z.number(),
});
export type EvaluatedImage = z.infer<typeof evaluatedImage>;

export const evaluatedImages = z.strictObject({
  total: z.int(),
  /** Of the opened dataset that the pictures are of; null where none was opened. */
  datasetId: z.string().nullable(),
  images: z.array(evaluatedImage),
});
export type EvaluatedImages = z.infer<typeof evaluatedImages>;

export const evaluateEndpoints = {
  /** Evaluates a checkpoint and keeps what it made of each image with the run, in place of what that checkpoint made of the same images before. */
  'evaluations.run': { request: evaluateRequest, response: evaluationReport },
  /** What is kept of a run, the newest first; what it kept of its own splits at its end too. */
  'evaluations.list': { request: z.strictObject({ runId }), response: z.array(storedEvaluation) },
  'evaluations.report': { request: z.strictObject({ runId, evaluationId }), response: evaluationReport },
  'evaluations.curves': {
    request: z.strictObject({ runId, evaluationId, class: z.int().min(0) }),
    response: evaluationCurves,
  },
  'evaluations.images': { request: evaluatedImagesRequest, response: evaluatedImages },
} as const;

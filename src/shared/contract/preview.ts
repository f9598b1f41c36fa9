import { z } from 'zod';
import { trainingPlan } from './plan.ts';
import { layerState, parameterCounts } from './run.ts';

/** What a plan will cost, before it is run; every figure for the whole trainer process on this machine. */
export const costEstimate = z.strictObject({
  /** Largest resident memory. */
  memoryBytes: z.number(),
  /** One epoch, its validation included, once features are cached; null while the number of images is unknown. */
  epochSeconds: z.number().nullable(),
  /** Computing the frozen prefix for images whose features are not cached yet; 0 where nothing is cached. */
  featureSeconds: z.number().nullable(),
  stepsPerEpoch: z.int().nullable(),
  /** How many past runs on this machine the estimate was calibrated by; 0 for a machine that has none. */
  calibratedBy: z.int(),
});
export type CostEstimate = z.infer<typeof costEstimate>;

/** Where the frozen prefix ends and its output is cached. */
export const cacheBoundary = z.strictObject({
  /** The layers whose outputs are cached, in the network's order; empty where nothing is. */
  layers: z.array(z.strictObject({ name: z.string(), shape: z.array(z.int()) })),
  /** All cached features of the dataset; null while the number of images is unknown. */
  bytes: z.number().nullable(),
  /** Why nothing is cached, or why the boundary lies lower than the frozen layers would allow; for people. */
  forbiddenBy: z.string().nullable(),
});
export type CacheBoundary = z.infer<typeof cacheBoundary>;

/** Something in a request that cannot be done, at the field it was asked in. */
export const planProblem = z.strictObject({
  /** A field of the plan, dotted: `optimizer.learningRate`, `rules.2`. */
  field: z.string(),
  message: z.string(),
  hint: z.string(),
});
export type PlanProblem = z.infer<typeof planProblem>;

const MOST_FIELDS = 100;

/**
 * A `TrainingPlanRequest` as a form holds it, nonsense included: only its size is bounded here, and each field is looked at
 * by itself, so that what is wrong comes back as a problem at its field instead of an error.
 */
export const planPreviewRequest = z
  .record(z.string().max(100), z.unknown())
  .refine((request) => Object.keys(request).length <= MOST_FIELDS, `A plan has at most ${MOST_FIELDS} fields.`);

/** What a stage would do and cost. */
export const stagePreview = z.strictObject({
  /** From 0, as in the plan; what is wrong with one that is not there stands among the problems. */
  stage: z.int().min(0),
  name: z.string(),
  layers: z.array(layerState),
  parameters: parameterCounts,
  boundary: cacheBoundary,
  cost: costEstimate.nullable(),
  /** What will happen in it, in one or two sentences for people. */
  sentence: z.string(),
});
export type StagePreview = z.infer<typeof stagePreview>;

/** A plan as the engine understands it, before anything is begun. */
export const planPreview = z.strictObject({
  /** The request, completed; null where a problem forbids it. */
  plan: trainingPlan.nullable(),
  problems: z.array(planProblem),
  warnings: z.array(z.string()),
  /** What the images need to be counted: false while the dataset was not opened. Classes are then taken to be two. */
  datasetKnown: z.boolean(),
  /** Every layer in the network's order, the new head included. Still told where rules are wrong: those are left out. */
  layers: z.array(layerState),
  parameters: parameterCounts,
  boundary: cacheBoundary,
  /** Of a plan in stages the memory of the largest, the features of all, and the mean of its epochs. */
  cost: costEstimate.nullable(),
  /** Each by itself; empty for a plan of one piece, and `layers`, `parameters` and `boundary` are those of the first. */
  stages: z.array(stagePreview),
  /** What will happen, in one or two sentences for people. */
  sentence: z.string(),
});
export type PlanPreview = z.infer<typeof planPreview>;

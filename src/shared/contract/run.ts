import { z } from 'zod';
import { ERROR_CODES } from '../errors/thaw-error.ts';
import { trainingPlan } from './plan.ts';
import { runOrganisation } from './run-organisation.ts';

export const RUN_STATUSES = ['queued', 'running', 'paused', 'finished', 'stopped', 'failed', 'interrupted'] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];

export const serializedError = z.strictObject({ code: z.enum(ERROR_CODES), message: z.string(), hint: z.string() });

/**
 * Metrics of one epoch, under the names Keras writes. Losses are means per image, accuracies shares in [0, 1]; null where
 * the task has none, as that of an autoencoder, whose loss says all.
 */
export const epochMetrics = z.strictObject({
  /** 1 for the first. */
  epoch: z.int().min(1),
  loss: z.number(),
  accuracy: z.number().nullable(),
  val_loss: z.number(),
  val_accuracy: z.number().nullable(),
  learningRate: z.number(),
  seconds: z.number(),
});
export type EpochMetrics = z.infer<typeof epochMetrics>;

/** What the validation gave before the first step. */
export const runBaseline = epochMetrics.pick({ val_loss: true, val_accuracy: true }).extend({
  /** With a new head in place of the trained one that the run was given; null where it was given none. */
  withoutHead: epochMetrics.pick({ val_loss: true, val_accuracy: true }).nullable(),
});
export type RunBaseline = z.infer<typeof runBaseline>;

/** Counts of trainable and frozen parameters, as Keras' `summary()` counts them (BatchNorm statistics never train). */
export const parameterCounts = z.strictObject({ trainable: z.int(), frozen: z.int() });
export type ParameterCounts = z.infer<typeof parameterCounts>;

/** Of every network with a head; among the `loaded` ones where the weights' own classifier went on as the head. */
export const HEAD_KERNEL = 'logits/kernel';

/** What became of each tensor of the network, and of each of the file; names are the publisher's. */
export const loadReport = z.strictObject({
  source: z.string(),
  format: z.string(),
  /** SHA-256 of the weight file, or of the concatenated files of a folder in name order. */
  sha256: z.string(),
  loaded: z.array(z.string()),
  /** In the file and in the network under one name, but of another shape. */
  skippedByShape: z.array(z.strictObject({ name: z.string(), expected: z.array(z.int()), found: z.array(z.int()) })),
  /** Of the pretrained part of the network, but not in the file: left at their initial values. */
  missing: z.array(z.string()),
  /** Tensors that no pretrained file could hold, such as the new head's. */
  newlyInitialised: z.array(z.string()),
  /** In the file, but not in the network, such as the old head's. */
  unexpected: z.array(z.string()),
});
export type LoadReport = z.infer<typeof loadReport>;

/** One image that could not be used, and why. */
export const skippedImage = z.strictObject({ path: z.string(), reason: z.string() });
export type SkippedImage = z.infer<typeof skippedImage>;

/** The dataset as a run saw it. */
export const datasetSummary = z.strictObject({
  root: z.string(),
  classes: z.array(z.string()),
  /** Images by split; `test` is 0 where there is none. */
  train: z.int(),
  validation: z.int(),
  test: z.int(),
  /** SHA-256 over the sorted (split, class, relative path, content hash) lines. */
  version: z.string(),
  skipped: z.array(skippedImage),
});
export type DatasetSummary = z.infer<typeof datasetSummary>;

/** SHA-256 of one frozen tensor before training, and of the same tensor read back from the written checkpoint. */
export const frozenProof = z.strictObject({ tensor: z.string(), before: z.string(), after: z.string() });
export type FrozenProof = z.infer<typeof frozenProof>;

export const layerState = z.strictObject({
  name: z.string(),
  kind: z.string(),
  block: z.string(),
  outputShape: z.array(z.int()),
  parameters: z.int(),
  state: z.enum(['frozen', 'trainable']),
  /** A BatchNorm's moving statistics: `moving` follow the batches, `kept` stay. null for every other layer. */
  statistics: z.enum(['moving', 'kept']).nullable(),
});
export type LayerState = z.infer<typeof layerState>;

/** How a stage came to its end: after its last epoch, because it became no better, or because a person stopped the run. */
export const STAGE_ENDINGS = ['finished', 'stoppedEarly', 'stopped'] as const;
export type StageEnding = (typeof STAGE_ENDINGS)[number];

/** A stage of a run that has begun; what it was to do stands in the plan. */
export const runStage = z.strictObject({
  /** From 0, as in the plan. */
  stage: z.int().min(0),
  name: z.string(),
  /** Epochs are counted through all stages, from 1. */
  firstEpoch: z.int().min(1),
  /** The last one that is complete; null before there is one. */
  lastEpoch: z.int().nullable(),
  /** The best of the stage's own; that of the run may lie in another stage. */
  bestEpoch: z.int().nullable(),
  /** null while it is under way, and where the run was interrupted in it. */
  ending: z.enum(STAGE_ENDINGS).nullable(),
  parameters: parameterCounts,
  layers: z.array(layerState),
  /** Of what was frozen in this stage, from before its first step; empty before its end. */
  proof: z.array(frozenProof),
});
export type RunStage = z.infer<typeof runStage>;

export const environment = z.strictObject({
  thaw: z.string(),
  node: z.string(),
  tensorflow: z.string(),
  tensorflowOrigin: z.string(),
  device: z.string(),
  cpu: z.string(),
  cores: z.int(),
  os: z.string(),
});
export type Environment = z.infer<typeof environment>;

/** Seconds by phase; `total` is the trainer's life from its start to its result. */
export const timings = z.record(z.string(), z.number());

/** What a run leaves behind; the document that `thaw train --json` prints. */
export const runResult = z.strictObject({
  runId: z.string(),
  status: z.enum(RUN_STATUSES),
  /** null where nobody asked for it. */
  baseline: runBaseline.nullable(),
  history: z.array(epochMetrics),
  /** 0 where no epoch was better than what the run began with. */
  bestEpoch: z.int().nullable(),
  /** At the best epoch. */
  bestValAccuracy: z.number().nullable(),
  finalValAccuracy: z.number().nullable(),
  /** On the test split at the best checkpoint, where the dataset has one. */
  testAccuracy: z.number().nullable(),
  /** Early stopping ended it before its last epoch. */
  stoppedEarly: z.boolean(),
  parameters: parameterCounts.nullable(),
  /** Every frozen tensor of the written checkpoint is bit-identical to what it was before; null before the proof is made. */
  frozenUnchanged: z.boolean().nullable(),
  frozenTensors: z.int().nullable(),
  /** The load report's counts; null when training from scratch. */
  weights: z
    .strictObject({
      loaded: z.int(),
      skippedByShape: z.int(),
      missing: z.int(),
      newlyInitialised: z.int(),
      unexpected: z.int(),
    })
    .nullable(),
  dataset: datasetSummary.nullable(),
  timings,
  /** Training throughput, features cached or not, over the epochs' training part. */
  imagesPerSecond: z.number().nullable(),
  peakMemoryBytes: z.int().nullable(),
  warnings: z.array(z.string()),
  error: serializedError.nullable(),
});
export type RunResult = z.infer<typeof runResult>;

/** What stands as the network of a run that another program logged: nobody knows it, and there are no weights. */
export const FOREIGN_NETWORK = 'unknown';

/** One line of `thaw runs list`. */
export const runSummary = z.strictObject({
  runId: z.string(),
  name: z.string(),
  status: z.enum(RUN_STATUSES),
  /** Milliseconds since 1970, UTC. */
  createdAt: z.int(),
  endedAt: z.int().nullable(),
  network: z.string(),
  strategy: z.string(),
  dataset: z.string(),
  epochs: z.int(),
  epochsDone: z.int(),
  bestValAccuracy: z.number().nullable(),
});
export type RunSummary = z.infer<typeof runSummary>;

/** All that the log knows of one run. */
export const runDetail = z.strictObject({
  summary: runSummary,
  plan: trainingPlan,
  result: runResult,
  loadReport: loadReport.nullable(),
  /** Of a run in stages those of the last stage that has begun. */
  layers: z.array(layerState),
  proof: z.array(frozenProof),
  /** The stages that have begun, in their order; empty for a run of one piece. */
  stages: z.array(runStage),
  environment: environment.nullable(),
  parentRunId: z.string().nullable(),
  organisation: runOrganisation,
});
export type RunDetail = z.infer<typeof runDetail>;

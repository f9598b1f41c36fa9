import { z } from 'zod';
import { augmentationRequest } from './augmentation.ts';
import { datasetStructure } from './dataset-structure.ts';
import { headDesign } from './head-design.ts';
import { learningTask } from './learning-task.ts';
import {
  cosineSchedule,
  datasetSource,
  epsilon,
  exponentialSchedule,
  freezeRule,
  FUSED_PARTS,
  initialAccumulator,
  inverseTimeSchedule,
  kept,
  learningRate,
  OPTIMIZERS,
  partWeights,
  plateauSchedule,
  stepSchedule,
  STRATEGIES,
  trainingPlan,
  trainingStage,
} from './plan.ts';
import { preprocessingPlan } from './preprocessing-plan.ts';
import { mappingRules } from './weights-mapping.ts';

/** A dataset as a caller may name it: beside a source, what the engine's host granted, or what an earlier run used. */
export const datasetReference = z.discriminatedUnion('kind', [
  ...datasetSource.options,
  z.strictObject({ kind: z.literal('granted'), grantId: z.string().min(1), structure: datasetStructure.optional() }),
  z.strictObject({ kind: z.literal('ofRun'), runId: z.string().min(1) }),
]);
export type DatasetReference = z.infer<typeof datasetReference>;

/** Weights of one network as a caller may name them: `published` means a file of the catalogue that has been downloaded. */
export const partReference = z.discriminatedUnion('kind', [
  ...partWeights.options,
  z.strictObject({ kind: z.literal('granted'), grantId: z.string().min(1), mapping: mappingRules.optional() }),
  z.strictObject({ kind: z.literal('published'), name: z.string().min(1), mapping: mappingRules.optional() }),
]);

export type PartReference = z.infer<typeof partReference>;

/** Weights as a caller may name them, of each part where the network is fused: `ofRun` means those that an earlier run began with. */
export const weightsReference = z.discriminatedUnion('kind', [
  ...partReference.options,
  z.strictObject({
    kind: z.literal('fused'),
    parts: z.array(partReference).min(FUSED_PARTS.least).max(FUSED_PARTS.most),
  }),
  z.strictObject({ kind: z.literal('none') }),
  z.strictObject({ kind: z.literal('ofRun'), runId: z.string().min(1) }),
]);
export type WeightsReference = z.infer<typeof weightsReference>;

/** A schedule as a caller may give it: its figures are usual where they are left out. */
const scheduleRequest = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('constant') }),
  stepSchedule.partial({ epochs: true, factor: true }),
  exponentialSchedule.partial({ factor: true }),
  inverseTimeSchedule.partial({ decay: true }),
  cosineSchedule.partial({ floor: true }),
  plateauSchedule.partial({ monitor: true, patience: true, factor: true, floor: true }),
]);

/** A stage as a caller may give it: what is left out is as the plan's own is. */
export const trainingStageRequest = trainingStage
  .omit({ schedule: true })
  .partial({
    strategy: true,
    rules: true,
    epochs: true,
    learningRate: true,
    learningRateRules: true,
    warmupEpochs: true,
    earlyStopping: true,
    begins: true,
  })
  .extend({ schedule: scheduleRequest.optional() });
export type TrainingStageRequest = z.infer<typeof trainingStageRequest>;

/** What a caller may leave out: the service fills it in by strategy (see `service/default-plan.ts`). */
export const trainingPlanRequest = z.strictObject({
  dataset: datasetReference.optional(),
  network: z.string().min(1).optional(),
  weights: weightsReference.optional(),
  reuse: trainingPlan.shape.reuse.optional(),
  headWeights: trainingPlan.shape.headWeights.optional(),
  evaluateFirst: trainingPlan.shape.evaluateFirst.optional(),
  task: learningTask.optional(),
  classes: trainingPlan.shape.classes.optional(),
  trainingImagesPerClass: trainingPlan.shape.trainingImagesPerClass.optional(),
  strategy: z.enum(STRATEGIES).optional(),
  rules: z.array(freezeRule).optional(),
  epochs: trainingPlan.shape.epochs.optional(),
  stepsPerEpoch: trainingPlan.shape.stepsPerEpoch.optional(),
  stages: z.array(trainingStageRequest).max(50).optional(),
  batchSize: trainingPlan.shape.batchSize.optional(),
  evaluationBatchSize: trainingPlan.shape.evaluationBatchSize.optional(),
  evaluationImages: trainingPlan.shape.evaluationImages.optional(),
  optimizer: z
    .strictObject({
      kind: z.enum(OPTIMIZERS).optional(),
      learningRate: learningRate.optional(),
      momentum: kept.optional(),
      nesterov: z.boolean().optional(),
      centered: z.boolean().optional(),
      beta1: kept.optional(),
      beta2: kept.optional(),
      rho: kept.optional(),
      epsilon: epsilon.optional(),
      initialAccumulator: initialAccumulator.optional(),
    })
    .optional(),
  weightDecay: trainingPlan.shape.weightDecay.optional(),
  l1: trainingPlan.shape.l1.optional(),
  gradientClipping: trainingPlan.shape.gradientClipping.optional(),
  loss: trainingPlan.shape.loss.optional(),
  labelSmoothing: trainingPlan.shape.labelSmoothing.optional(),
  classWeights: trainingPlan.shape.classWeights.optional(),
  sampling: trainingPlan.shape.sampling.optional(),
  schedule: scheduleRequest.optional(),
  warmupEpochs: trainingPlan.shape.warmupEpochs.optional(),
  learningRateRules: trainingPlan.shape.learningRateRules.optional(),
  head: trainingPlan.shape.head.optional(),
  headDesign: headDesign.partial().optional(),
  newHead: trainingPlan.shape.newHead.optional(),
  preprocessing: preprocessingPlan.partial().nullable().optional(),
  augmentation: augmentationRequest.nullable().optional(),
  earlyStopping: trainingPlan.shape.earlyStopping.optional(),
  precision: trainingPlan.shape.precision.partial().optional(),
  device: trainingPlan.shape.device.optional(),
  introspectionInterval: trainingPlan.shape.introspectionInterval.optional(),
  histogramInterval: trainingPlan.shape.histogramInterval.optional(),
  logInterval: trainingPlan.shape.logInterval.optional(),
  loaderWorkers: trainingPlan.shape.loaderWorkers.optional(),
  dropout: trainingPlan.shape.dropout.optional(),
  seed: trainingPlan.shape.seed.optional(),
  validationShare: trainingPlan.shape.validationShare.optional(),
  split: trainingPlan.shape.split.optional(),
  groupPattern: trainingPlan.shape.groupPattern.optional(),
});
export type TrainingPlanRequest = z.infer<typeof trainingPlanRequest>;

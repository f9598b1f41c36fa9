import { z } from 'zod';
import { augmentationPlan, augmentationRequest } from './augmentation.ts';
import { checkpointChoice } from './checkpoint.ts';
import { datasetStructure } from './dataset-structure.ts';
import { groupPattern, splitPlan } from './split-plan.ts';
import { preprocessingPlan } from './preprocessing-plan.ts';
import { mappingRules } from './weights-mapping.ts';

/** The version of the plan's own schema, stored with every run. */
export const PLAN_SCHEMA_VERSION = 6;

/**
 * What a rule does to the layers it means. `freeze` and `thaw` take a BatchNorm's moving statistics along; the other two
 * change nothing else: a thawed layer may keep its statistics, a frozen one may adapt them to the new images.
 */
export const RULE_ACTIONS = ['freeze', 'thaw', 'freezeStatistics', 'thawStatistics'] as const;

/** One `--freeze` or `--thaw`: `pattern` is a layer or block name, `last:N`, `from:NAME`, `/regex/` or a bare regex. */
export const freezeRule = z.strictObject({
  action: z.enum(RULE_ACTIONS),
  pattern: z.string().min(1),
});
export type FreezeRule = z.infer<typeof freezeRule>;

export const STRATEGIES = ['features', 'finetune', 'scratch'] as const;
/** `features`: only the head trains. `finetune`: everything trains, from pretrained weights. `scratch`: everything, from its initialisers. */
export type Strategy = (typeof STRATEGIES)[number];

/** Where the dataset comes from: a folder of the user's, the sample that ships with Thaw, or features of images (`.npz`). */
export const datasetSource = z.discriminatedUnion('kind', [
  /** Laid out as `structure` says; without it that is recognised. */
  z.strictObject({ kind: z.literal('folder'), path: z.string().min(1), structure: datasetStructure.optional() }),
  z.strictObject({ kind: z.literal('sample') }),
  z.strictObject({ kind: z.literal('features'), path: z.string().min(1) }),
]);
export type DatasetSource = z.infer<typeof datasetSource>;

/** Where the pretrained weights come from. `run` takes a checkpoint of a run that has ended: the best one unless another is named. */
export const weightsSource = z.discriminatedUnion('kind', [
  /** `mapping` says under which names its tensors are looked for, where the built-in ones are not enough. */
  z.strictObject({ kind: z.literal('file'), path: z.string().min(1), mapping: mappingRules.optional() }),
  z.strictObject({ kind: z.literal('run'), runId: z.string().min(1), checkpoint: checkpointChoice.optional() }),
  z.strictObject({ kind: z.literal('shipped') }),
  z.strictObject({ kind: z.literal('none') }),
]);
export type WeightsSource = z.infer<typeof weightsSource>;

const learningRate = z.number().positive();
/** A share that an average or a velocity keeps at each step. */
const kept = z.number().min(0).lt(1);
const epsilon = z.number().positive();
const initialAccumulator = z.number().min(0);

/** Optimizers with the names and meanings of Keras' own. */
export const optimizerPlan = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('sgd'), learningRate, momentum: kept, nesterov: z.boolean() }),
  z.strictObject({ kind: z.literal('adam'), learningRate, beta1: kept, beta2: kept, epsilon }),
  z.strictObject({ kind: z.literal('adamw'), learningRate, beta1: kept, beta2: kept, epsilon }),
  z.strictObject({
    kind: z.literal('rmsprop'),
    learningRate,
    rho: kept,
    momentum: kept,
    epsilon,
    centered: z.boolean(),
  }),
  z.strictObject({ kind: z.literal('adagrad'), learningRate, initialAccumulator, epsilon }),
  z.strictObject({ kind: z.literal('adadelta'), learningRate, rho: kept, epsilon }),
]);
export type OptimizerPlan = z.infer<typeof optimizerPlan>;
export const OPTIMIZERS = [
  'sgd',
  'adam',
  'adamw',
  'rmsprop',
  'adagrad',
  'adadelta',
] as const satisfies readonly OptimizerPlan['kind'][];

export const GRADIENT_CLIPPINGS = ['value', 'norm', 'globalNorm'] as const;
/** Gradients are kept within `limit`: each element, the L2 norm of each tensor, or that of all tensors together. */
export const gradientClipping = z.strictObject({
  kind: z.enum(GRADIENT_CLIPPINGS),
  limit: z.number().positive(),
});
export type GradientClipping = z.infer<typeof gradientClipping>;

export const LOSSES = ['crossEntropy', 'meanSquaredError'] as const;
/**
 * What training makes small: the cross-entropy of the labels, or the mean squared error of the probabilities. Of the two,
 * cross-entropy goes on teaching where a network is surely wrong; the squared error forgives labels that are.
 */
export type Loss = (typeof LOSSES)[number];

/** How much the images of each class count. */
export const classWeights = z.discriminatedUnion('kind', [
  /** Classes count alike, however many images they have: images / (classes * the class's images), as scikit-learn's. */
  z.strictObject({ kind: z.literal('balanced') }),
  /** By class name; a class that is not named counts 1. */
  z.strictObject({ kind: z.literal('given'), weights: z.record(z.string().min(1), z.number().min(0).max(1e6)) }),
]);
export type ClassWeights = z.infer<typeof classWeights>;

export const SAMPLINGS = ['natural', 'balanced'] as const;
/**
 * Which images an epoch visits. `natural`: each once. `balanced`: as many draws, each class as often as any other: those of
 * a large class each at most once more than another of it, those of a small one again and again.
 */
export type Sampling = (typeof SAMPLINGS)[number];

export const HEADS = ['softmax', 'sigmoid'] as const;
/** `softmax`: one logit a class. `sigmoid`: a single logit, for two classes; it is the second class's. */
export type Head = (typeof HEADS)[number];

export const MONITORS = ['val_loss', 'val_accuracy'] as const;

/** Ends training once `monitor` has not become better for `patience` epochs; the best weights are what the run gives. */
export const earlyStoppingPlan = z.strictObject({
  monitor: z.enum(MONITORS),
  patience: z.int().min(1).max(100_000),
});
export type EarlyStoppingPlan = z.infer<typeof earlyStoppingPlan>;

/** Layers, meant as by `freezeRule`, that learn at `factor` times the learning rate of a step. */
export const learningRateRule = z.strictObject({
  pattern: z.string().min(1),
  factor: z.number().positive().max(1000),
});
export type LearningRateRule = z.infer<typeof learningRateRule>;

/** What the settings of a schedule may be. */
export const scheduleSettings = {
  /** What the rate is multiplied by. */
  factor: z.number().gt(0).lt(1),
  epochs: z.int().min(1).max(100_000),
  decay: z.number().min(0),
  /** A share of the optimizer's rate. */
  floor: z.number().min(0).lt(1),
} as const;
const { factor, decay, floor } = scheduleSettings;
const stepSchedule = z.strictObject({ kind: z.literal('step'), epochs: scheduleSettings.epochs, factor });
const exponentialSchedule = z.strictObject({ kind: z.literal('exponential'), factor });
const inverseTimeSchedule = z.strictObject({ kind: z.literal('inverseTime'), decay });
const cosineSchedule = z.strictObject({ kind: z.literal('cosine'), floor });
const plateauSchedule = z.strictObject({
  kind: z.literal('plateau'),
  monitor: z.enum(MONITORS),
  patience: scheduleSettings.epochs,
  factor,
  floor,
});

/**
 * How the learning rate goes on from the optimizer's once the warm-up is over. `step`: times `factor` every so many epochs.
 * `exponential`: times `factor` each epoch, a little at each step. `inverseTime`: divided by 1 + `decay` * steps. `cosine`:
 * along half a cosine to `floor` at the last epoch's end. `plateau`: times `factor` whenever `monitor` has not become better
 * for `patience` epochs, down to `floor`.
 */
export const schedulePlan = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('constant') }),
  stepSchedule,
  exponentialSchedule,
  inverseTimeSchedule,
  cosineSchedule,
  plateauSchedule,
]);
export type SchedulePlan = z.infer<typeof schedulePlan>;
export const SCHEDULES = [
  'constant',
  'step',
  'exponential',
  'inverseTime',
  'cosine',
  'plateau',
] as const satisfies readonly SchedulePlan['kind'][];

export const PRECISIONS = ['float32', 'bfloat16', 'float16'] as const;
/**
 * What layers compute in; their tensors are kept in float32 all the same, and so are losses, the statistics of a BatchNorm
 * and the output layer. `float16` scales the loss while it trains, and needs a GPU.
 */
export type Precision = (typeof PRECISIONS)[number];

/** Everything that decides a run's outcome, complete: no default is left to be filled in later. */
export const trainingPlan = z.strictObject({
  schemaVersion: z.literal(PLAN_SCHEMA_VERSION),
  dataset: datasetSource,
  /** A canonical network name of the registry, such as `mobilenet_v1_0.25_224`. */
  network: z.string().min(1),
  weights: weightsSource,
  strategy: z.enum(STRATEGIES),
  rules: z.array(freezeRule),
  epochs: z.int().min(1).max(100_000),
  batchSize: z.int().min(1).max(65_536),
  evaluationBatchSize: z.int().min(1).max(65_536),
  optimizer: optimizerPlan,
  /**
   * What kernels lose of themselves: an L2 penalty of half of it times the sum of squares, or, with adamw, this share times
   * the learning rate at each step, apart from the gradient. The reported loss is without the penalty.
   */
  weightDecay: z.number().min(0).max(1),
  /** Of an L1 penalty on kernels: this times the sum of their absolute values. The reported loss is without it. */
  l1: z.number().min(0).max(1),
  gradientClipping: gradientClipping.nullable(),
  loss: z.enum(LOSSES),
  /**
   * The share of certainty that labels give up to all classes alike (Szegedy et al., arXiv:1512.00567), as in Keras: the
   * validation's loss is that of smoothed labels too.
   */
  labelSmoothing: z.number().min(0).lt(1),
  /** null lets all classes count alike. As in Keras they weigh on the training's loss alone, not on the validation's. */
  classWeights: classWeights.nullable(),
  sampling: z.enum(SAMPLINGS),
  schedule: schedulePlan,
  /** The first epochs, or a part of one, in which the learning rate grows evenly to the optimizer's. */
  warmupEpochs: z.number().min(0).max(100_000),
  /** Of rules that mean the same layer the last one holds. */
  learningRateRules: z.array(learningRateRule).max(500),
  head: z.enum(HEADS),
  /** Whether the head begins anew also where the weights' own classifier has the same classes. */
  newHead: z.boolean(),
  /** null prepares images as the network's weights were trained with them. */
  preprocessing: preprocessingPlan.nullable(),
  augmentation: augmentationPlan.nullable(),
  earlyStopping: earlyStoppingPlan.nullable(),
  /** Of the prefix that gives the same output each time, and of all that lies above it. */
  precision: z.strictObject({ frozen: z.enum(PRECISIONS), trainable: z.enum(PRECISIONS) }),
  /** `gpu:0` is the first that `nvidia-smi` counts; `auto` takes it where TensorFlow has one, else the processor. */
  device: z.string().regex(/^(?:auto|cpu|gpu:\d{1,2})$/, "must be 'auto', 'cpu' or 'gpu:N'"),
  /**
   * Every so many steps the gradient's norm and the weights' drift are measured by layer; 0 for never. It changes nothing of
   * what is learnt.
   */
  introspectionInterval: z.int().min(0).max(1_000_000),
  /** Share of the head's inputs dropped while training, in [0, 1). */
  dropout: z.number().min(0).lt(1),
  /** Seeds initialisers, shuffling, dropout and, but for what the dataset splits itself, the split. */
  seed: z.int().min(0).max(0xffffffff),
  /** Share of each class held out for validation, where it is held out by share. */
  validationShare: z.number().gt(0).lt(1),
  split: splitPlan,
  /** null keeps nothing together but images of the same content. */
  groupPattern: groupPattern.nullable(),
});
export type TrainingPlan = z.infer<typeof trainingPlan>;

/** A dataset as a caller may name it: beside a source, what the engine's host granted, or what an earlier run used. */
export const datasetReference = z.discriminatedUnion('kind', [
  ...datasetSource.options,
  z.strictObject({ kind: z.literal('granted'), grantId: z.string().min(1), structure: datasetStructure.optional() }),
  z.strictObject({ kind: z.literal('ofRun'), runId: z.string().min(1) }),
]);
export type DatasetReference = z.infer<typeof datasetReference>;

/**
 * Weights as a caller may name them: `ofRun` means those that an earlier run began with, `published` a file of the catalogue
 * that has been downloaded.
 */
export const weightsReference = z.discriminatedUnion('kind', [
  ...weightsSource.options,
  z.strictObject({ kind: z.literal('granted'), grantId: z.string().min(1), mapping: mappingRules.optional() }),
  z.strictObject({ kind: z.literal('published'), name: z.string().min(1), mapping: mappingRules.optional() }),
  z.strictObject({ kind: z.literal('ofRun'), runId: z.string().min(1) }),
]);
export type WeightsReference = z.infer<typeof weightsReference>;

/** What a caller may leave out: the service fills it in by strategy (see `service/default-plan.ts`). */
export const trainingPlanRequest = z.strictObject({
  dataset: datasetReference.optional(),
  network: z.string().min(1).optional(),
  weights: weightsReference.optional(),
  strategy: z.enum(STRATEGIES).optional(),
  rules: z.array(freezeRule).optional(),
  epochs: trainingPlan.shape.epochs.optional(),
  batchSize: trainingPlan.shape.batchSize.optional(),
  evaluationBatchSize: trainingPlan.shape.evaluationBatchSize.optional(),
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
  schedule: z
    .discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('constant') }),
      stepSchedule.partial({ epochs: true, factor: true }),
      exponentialSchedule.partial({ factor: true }),
      inverseTimeSchedule.partial({ decay: true }),
      cosineSchedule.partial({ floor: true }),
      plateauSchedule.partial({ monitor: true, patience: true, factor: true, floor: true }),
    ])
    .optional(),
  warmupEpochs: trainingPlan.shape.warmupEpochs.optional(),
  learningRateRules: trainingPlan.shape.learningRateRules.optional(),
  head: trainingPlan.shape.head.optional(),
  newHead: trainingPlan.shape.newHead.optional(),
  preprocessing: preprocessingPlan.partial().nullable().optional(),
  augmentation: augmentationRequest.nullable().optional(),
  earlyStopping: trainingPlan.shape.earlyStopping.optional(),
  precision: trainingPlan.shape.precision.partial().optional(),
  device: trainingPlan.shape.device.optional(),
  introspectionInterval: trainingPlan.shape.introspectionInterval.optional(),
  dropout: trainingPlan.shape.dropout.optional(),
  seed: trainingPlan.shape.seed.optional(),
  validationShare: trainingPlan.shape.validationShare.optional(),
  split: trainingPlan.shape.split.optional(),
  groupPattern: trainingPlan.shape.groupPattern.optional(),
});
export type TrainingPlanRequest = z.infer<typeof trainingPlanRequest>;

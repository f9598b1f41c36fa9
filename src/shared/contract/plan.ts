import { z } from 'zod';
import { augmentationPlan } from './augmentation.ts';
import { checkpointChoice } from './checkpoint.ts';
import { datasetStructure } from './dataset-structure.ts';
import { headDesign } from './head-design.ts';
import { learningTask } from './learning-task.ts';
import { groupPattern, splitPlan } from './split-plan.ts';
import { preprocessingPlan } from './preprocessing-plan.ts';
import { mappingRules } from './weights-mapping.ts';

/** The version of the plan's own schema, stored with every run. */
export const PLAN_SCHEMA_VERSION = 7;

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

/** Where the pretrained weights of one network come from. `run` takes a checkpoint of a run that has ended: the best one unless another is named. */
export const partWeights = z.discriminatedUnion('kind', [
  /** `mapping` says under which names its tensors are looked for, where the built-in ones are not enough. */
  z.strictObject({ kind: z.literal('file'), path: z.string().min(1), mapping: mappingRules.optional() }),
  z.strictObject({ kind: z.literal('run'), runId: z.string().min(1), checkpoint: checkpointChoice.optional() }),
  z.strictObject({ kind: z.literal('shipped') }),
]);
export type PartWeights = z.infer<typeof partWeights>;

/** How many networks may be fused. */
export const FUSED_PARTS = { least: 2, most: 4 } as const;

/** What a plan begins with. */
export const weightsSource = z.discriminatedUnion('kind', [
  ...partWeights.options,
  /** Of a fused network, one for each of its parts in their order. */
  z.strictObject({
    kind: z.literal('fused'),
    parts: z.array(partWeights).min(FUSED_PARTS.least).max(FUSED_PARTS.most),
  }),
  z.strictObject({ kind: z.literal('none') }),
]);
export type WeightsSource = z.infer<typeof weightsSource>;

/** The checkpoint of a run whose layers above its network are put on another: the best one unless another is named. */
export const headWeights = z.strictObject({
  kind: z.literal('run'),
  runId: z.string().min(1),
  checkpoint: checkpointChoice.optional(),
});

export const learningRate = z.number().positive();
/** A share that an average or a velocity keeps at each step. */
export const kept = z.number().min(0).lt(1);
export const epsilon = z.number().positive();
export const initialAccumulator = z.number().min(0);

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

export const SAMPLINGS = ['natural', 'balanced', 'random'] as const;
/**
 * Which images an epoch visits. `natural`: each once. `balanced`: as many draws, each class as often as any other: those of
 * a large class each at most once more than another of it, those of a small one again and again. `random`: as many draws,
 * each of any image.
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
export const stepSchedule = z.strictObject({ kind: z.literal('step'), epochs: scheduleSettings.epochs, factor });
export const exponentialSchedule = z.strictObject({ kind: z.literal('exponential'), factor });
export const inverseTimeSchedule = z.strictObject({ kind: z.literal('inverseTime'), decay });
export const cosineSchedule = z.strictObject({ kind: z.literal('cosine'), floor });
export const plateauSchedule = z.strictObject({
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

/** Where a stage begins: with the best weights of the run so far, or with the last of the stage before. */
export const STAGE_BEGINNINGS = ['best', 'last'] as const;

/** A part of a run with a freeze mask, rates and an end of its own; the optimizer begins each with fresh slots. */
export const trainingStage = z.strictObject({
  /** For people. */
  name: z.string().min(1).max(60),
  strategy: z.enum(STRATEGIES),
  rules: z.array(freezeRule).max(500),
  epochs: z.int().min(1).max(100_000),
  /** Takes the place of the optimizer's. */
  learningRate,
  learningRateRules: z.array(learningRateRule).max(500),
  schedule: schedulePlan,
  warmupEpochs: z.number().min(0).max(100_000),
  /** Counts the stage's own epochs. */
  earlyStopping: earlyStoppingPlan.nullable(),
  /** Says nothing of the first stage, which begins with the plan's weights. */
  begins: z.enum(STAGE_BEGINNINGS),
});
export type TrainingStage = z.infer<typeof trainingStage>;

/** Everything that decides a run's outcome, complete: no default is left to be filled in later. */
export const trainingPlan = z.strictObject({
  schemaVersion: z.literal(PLAN_SCHEMA_VERSION),
  dataset: datasetSource,
  /** A canonical network name of the registry, such as `mobilenet_v1_0.25_224`. */
  network: z.string().min(1),
  weights: weightsSource,
  /** Layers of the network, meant as by `freezeRule`, that alone are loaded from the weights; null for all. */
  reuse: z.string().min(1).nullable(),
  /** A head that another run has trained, on features of this network for one: put on by name over what `weights` gave. */
  headWeights: headWeights.nullable(),
  /** Whether the validation is evaluated before the first step too; with `headWeights`, before and after they are put on. */
  evaluateFirst: z.boolean(),
  task: learningTask,
  /** The classes that are learnt, of those that the dataset has; null for all. */
  classes: z
    .array(z.string().min(1))
    .min(2)
    .max(10_000)
    .refine((names) => new Set(names).size === names.length, 'classes are chosen once each')
    .nullable(),
  /** At most so many training images of each class are learnt from, drawn by the seed; null for all. */
  trainingImagesPerClass: z.int().min(1).nullable(),
  strategy: z.enum(STRATEGIES),
  rules: z.array(freezeRule),
  /** Of all stages together, where there are any. */
  epochs: z.int().min(1).max(100_000),
  /**
   * How many steps make an epoch, the time between two validations, whose images go on from where the one before ended; null
   * for as many as visit the training images once.
   */
  stepsPerEpoch: z.int().min(1).max(1_000_000).nullable(),
  /**
   * None where the run is one piece. Else what this plan says of strategy, rules, rates and early stopping is what its first
   * stage says: see `stagePlan`.
   */
  stages: z.array(trainingStage).max(50),
  batchSize: z.int().min(1).max(65_536),
  evaluationBatchSize: z.int().min(1).max(65_536),
  /** An epoch is validated on so many images, drawn anew for each by the seed; null for all. */
  evaluationImages: z.int().min(1).nullable(),
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
  headDesign,
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
  /** Every so many steps the values of the head's weights and of the logits are counted into histograms; 0 for never. */
  histogramInterval: z.int().min(0).max(1_000_000),
  /** Every so many steps the metrics of one are kept, and those of each epoch's last; 0 for as often as eyes can follow. */
  logInterval: z.int().min(0).max(1_000_000),
  /** How many images are decoded at a time; null for as many as the machine has cores. */
  loaderWorkers: z.int().min(1).max(64).nullable(),
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

import { augmentationPlan } from '../../shared/contract/augmentation.ts';
import {
  earlyStoppingPlan,
  gradientClipping,
  learningRateRule,
  scheduleSettings,
  trainingPlan,
} from '../../shared/contract/plan.ts';
import { normalisation, preprocessingPlan } from '../../shared/contract/preprocessing-plan.ts';
import { headDesign } from '../../shared/contract/head-design.ts';
import { learningTask } from '../../shared/contract/learning-task.ts';
import { splitPlan } from '../../shared/contract/split-plan.ts';

const [, shares, folds] = splitPlan.options;
const [, autoencoder, , , pairs] = learningTask.options;

interface Schema {
  safeParse(value: unknown): { readonly success: boolean };
}

const crop = augmentationPlan.shape.randomResizedCrop.unwrap().shape;
const blur = augmentationPlan.shape.blur.unwrap().shape;
const [meanOf] = normalisation.shape.mean.def.items;
const [deviationOf] = normalisation.shape.deviation.def.items;
const erasing = augmentationPlan.shape.erasing.unwrap().shape;

/** The plan's figures that a person may type, each with the field that the engine tells its problems under. */
export const NUMBER_FIELDS = {
  learningRate: { path: 'optimizer.learningRate', schema: { safeParse: positive } },
  momentum: { path: 'optimizer.momentum', schema: trainingPlan.shape.dropout },
  beta1: { path: 'optimizer.beta1', schema: trainingPlan.shape.dropout },
  beta2: { path: 'optimizer.beta2', schema: trainingPlan.shape.dropout },
  rho: { path: 'optimizer.rho', schema: trainingPlan.shape.dropout },
  epsilon: { path: 'optimizer.epsilon', schema: { safeParse: positive } },
  initialAccumulator: { path: 'optimizer.initialAccumulator', schema: scheduleSettings.decay },
  l1: { path: 'l1', schema: trainingPlan.shape.l1 },
  labelSmoothing: { path: 'labelSmoothing', schema: trainingPlan.shape.labelSmoothing },
  weightDecay: { path: 'weightDecay', schema: trainingPlan.shape.weightDecay },
  clippingLimit: { path: 'gradientClipping.limit', schema: gradientClipping.shape.limit },
  rateBelowHead: { path: 'learningRateRules.0.factor', schema: learningRateRule.shape.factor },
  scheduleFactor: { path: 'schedule.factor', schema: scheduleSettings.factor },
  scheduleEpochs: { path: 'schedule.epochs', schema: scheduleSettings.epochs },
  schedulePatience: { path: 'schedule.patience', schema: scheduleSettings.epochs },
  scheduleDecay: { path: 'schedule.decay', schema: scheduleSettings.decay },
  scheduleFloor: { path: 'schedule.floor', schema: scheduleSettings.floor },
  warmupEpochs: { path: 'warmupEpochs', schema: trainingPlan.shape.warmupEpochs },
  epochs: { path: 'epochs', schema: trainingPlan.shape.epochs },
  batchSize: { path: 'batchSize', schema: trainingPlan.shape.batchSize },
  evaluationBatchSize: { path: 'evaluationBatchSize', schema: trainingPlan.shape.evaluationBatchSize },
  dropout: { path: 'dropout', schema: trainingPlan.shape.dropout },
  patience: { path: 'earlyStopping.patience', schema: earlyStoppingPlan.shape.patience },
  smallestArea: { path: 'augmentation.randomResizedCrop.smallestArea', schema: crop.smallestArea },
  largestArea: { path: 'augmentation.randomResizedCrop.largestArea', schema: crop.largestArea },
  smallestRatio: { path: 'augmentation.randomResizedCrop.smallestRatio', schema: crop.smallestRatio },
  largestRatio: { path: 'augmentation.randomResizedCrop.largestRatio', schema: crop.largestRatio },
  rotation: { path: 'augmentation.rotation', schema: augmentationPlan.shape.rotation },
  translation: { path: 'augmentation.translation', schema: augmentationPlan.shape.translation },
  shear: { path: 'augmentation.shear', schema: augmentationPlan.shape.shear },
  zoom: { path: 'augmentation.zoom', schema: augmentationPlan.shape.zoom },
  brightness: { path: 'augmentation.brightness', schema: augmentationPlan.shape.brightness },
  contrast: { path: 'augmentation.contrast', schema: augmentationPlan.shape.contrast },
  saturation: { path: 'augmentation.saturation', schema: augmentationPlan.shape.saturation },
  hue: { path: 'augmentation.hue', schema: augmentationPlan.shape.hue },
  greyscale: { path: 'augmentation.greyscale', schema: augmentationPlan.shape.greyscale },
  blurProbability: { path: 'augmentation.blur.probability', schema: blur.probability },
  smallestSigma: { path: 'augmentation.blur.smallestSigma', schema: blur.smallestSigma },
  largestSigma: { path: 'augmentation.blur.largestSigma', schema: blur.largestSigma },
  erasingProbability: { path: 'augmentation.erasing.probability', schema: erasing.probability },
  smallestErased: { path: 'augmentation.erasing.smallestArea', schema: erasing.smallestArea },
  largestErased: { path: 'augmentation.erasing.largestArea', schema: erasing.largestArea },
  mixup: { path: 'augmentation.mixup', schema: augmentationPlan.shape.mixup },
  cutmix: { path: 'augmentation.cutmix', schema: augmentationPlan.shape.cutmix },
  variants: { path: 'augmentation.variants', schema: augmentationPlan.shape.variants },
  introspectionInterval: { path: 'introspectionInterval', schema: trainingPlan.shape.introspectionInterval },
  histogramInterval: { path: 'histogramInterval', schema: trainingPlan.shape.histogramInterval },
  logInterval: { path: 'logInterval', schema: trainingPlan.shape.logInterval },
  loaderWorkers: { path: 'loaderWorkers', schema: trainingPlan.shape.loaderWorkers },
  stepsPerEpoch: { path: 'stepsPerEpoch', schema: trainingPlan.shape.stepsPerEpoch },
  evaluationImages: { path: 'evaluationImages', schema: trainingPlan.shape.evaluationImages },
  trainingImagesPerClass: { path: 'trainingImagesPerClass', schema: trainingPlan.shape.trainingImagesPerClass },
  standardDeviation: { path: 'headDesign.standardDeviation', schema: headDesign.shape.standardDeviation },
  temperature: { path: 'headDesign.temperature', schema: headDesign.shape.temperature },
  noise: { path: 'task.noise', schema: autoencoder.shape.noise },
  margin: { path: 'task.margin', schema: pairs.shape.margin },
  seed: { path: 'seed', schema: trainingPlan.shape.seed },
  shorterSide: { path: 'preprocessing.shorterSide', schema: preprocessingPlan.shape.shorterSide },
  meanRed: { path: 'preprocessing.normalisation.mean.0', schema: meanOf },
  meanGreen: { path: 'preprocessing.normalisation.mean.1', schema: meanOf },
  meanBlue: { path: 'preprocessing.normalisation.mean.2', schema: meanOf },
  deviationRed: { path: 'preprocessing.normalisation.deviation.0', schema: deviationOf },
  deviationGreen: { path: 'preprocessing.normalisation.deviation.1', schema: deviationOf },
  deviationBlue: { path: 'preprocessing.normalisation.deviation.2', schema: deviationOf },
  validationShare: { path: 'validationShare', schema: trainingPlan.shape.validationShare },
  testShare: { path: 'split.testShare', schema: shares.shape.testShare },
  folds: { path: 'split.folds', schema: folds.shape.folds },
  fold: { path: 'split.fold', schema: folds.shape.fold },
} as const satisfies Readonly<Record<string, { readonly path: string; readonly schema: Schema }>>;

export type NumberField = keyof typeof NUMBER_FIELDS;
export const NUMBER_FIELD_NAMES = Object.keys(NUMBER_FIELDS) as NumberField[];

/** What was typed, understood; `empty` leaves the choice to the engine. */
export type Typed =
  | { readonly kind: 'empty' }
  | { readonly kind: 'value'; readonly value: number }
  /** A number where it is one at all, else the text. */
  | { readonly kind: 'wrong'; readonly value: number | string };

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** Reads a figure as it was typed: `0.01`, `1e-3`; the contract's own schema decides what it may be. */
export function readNumber(field: NumberField, typed: string): Typed {
  return readFigure(NUMBER_FIELDS[field].schema, typed);
}

/** The same for a figure that is none of the form's own fields. */
export function readFigure(schema: Schema, typed: string): Typed {
  const text = typed.trim();
  if (text === '') return { kind: 'empty' };
  if (!NUMBER.test(text)) return { kind: 'wrong', value: text };
  const value = Number(text);
  return { kind: schema.safeParse(value).success ? 'value' : 'wrong', value };
}

function positive(value: unknown): { readonly success: boolean } {
  return { success: typeof value === 'number' && Number.isFinite(value) && value > 0 };
}

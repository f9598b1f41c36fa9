import type {
  GradientClipping,
  Head,
  Loss,
  Precision,
  Sampling,
  SchedulePlan,
  TrainingPlan,
} from '../../shared/contract/plan.ts';
import type { TrainingPlanRequest, WeightsReference } from '../../shared/contract/plan-request.ts';
import {
  BLUR_FIELDS,
  blurs,
  CROP_FIELDS,
  crops,
  EMPTY_AUGMENTATION,
  erases,
  ERASING_FIELDS,
  NO_FIGURES,
  type AugmentationDraft,
} from './augmentation-draft.ts';
import type { SplitPlan } from '../../shared/contract/split-plan.ts';
import type { PreprocessingPlan } from '../../shared/contract/preprocessing-plan.ts';
import type { TypedWeights } from './class-weights.ts';
import { normalises, NORMALISATION_FIELDS, OWN_PREPROCESSING } from './preprocessing-draft.ts';
import { EMPTY_HEAD, hasWrongLayer, type HeadDraft } from './head-draft.ts';
import { NUMBER_FIELD_NAMES, readNumber, type NumberField } from './number-field.ts';
import { readRate, type TypedRate } from './rate-draft.ts';
import type { StageChoices, StageDraft } from './stage-fields.ts';
import { EMPTY_TASK, hasMargin, taskOf, type TaskDraft } from './task-draft.ts';

/** Methods as a person chooses them: SGD's two kinds of momentum are two of them. */
export const OPTIMIZER_CHOICES = ['sgd', 'nesterov', 'adam', 'adamw', 'rmsprop', 'adagrad', 'adadelta'] as const;
export type OptimizerChoice = (typeof OPTIMIZER_CHOICES)[number];

export const CLASS_WEIGHTINGS = ['none', 'balanced', 'given'] as const;
export type ClassWeighting = (typeof CLASS_WEIGHTINGS)[number];

export type ClippingChoice = GradientClipping['kind'] | 'none';

/** Weights as they were chosen, with the words they are shown by. */
export interface ChosenWeights {
  readonly reference: WeightsReference;
  readonly label: string;
  /** Those of each part, where the network consists of several. */
  readonly labels?: readonly string[];
}

/** What an epoch lasts: a visit of each training image, or so many steps. */
export const EPOCH_UNITS = ['images', 'steps'] as const;
export type EpochUnit = (typeof EPOCH_UNITS)[number];

/** The head of a run as it was chosen, with the words it is shown by. */
export interface ChosenHead {
  readonly reference: NonNullable<TrainingPlanRequest['headWeights']>;
  readonly label: string;
}

/** The plan as it is being made: figures as they were typed, `null` for what is left to the engine. */
export interface PlanDraft extends AugmentationDraft, TaskDraft, StageChoices {
  readonly network: string | null;
  readonly weights: ChosenWeights | null;
  readonly optimizer: OptimizerChoice | null;
  readonly centers: boolean | null;
  readonly clipping: ClippingChoice | null;
  readonly head: Head | null;
  readonly newHead: boolean | null;
  readonly loss: Loss | null;
  readonly classWeighting: ClassWeighting | null;
  readonly sampling: Sampling | null;
  readonly preprocessing: PreprocessingPlan;
  readonly split: SplitPlan['kind'] | null;
  /** Empty where no images are kept together. */
  readonly groupPattern: string;
  /** Of the classes of any dataset that was open; they count where the weighting is `given`. */
  readonly classWeights: TypedWeights;
  readonly frozenPrecision: Precision | null;
  readonly trainablePrecision: Precision | null;
  readonly device: string | null;
  /**
   * None where the plan is one piece. Of the one that is chosen, what it does stands in the draft's own fields: see
   * `stagesOf`.
   */
  readonly stages: readonly StageDraft[];
  /** The place of the stage that is chosen. */
  readonly stage: number;
  readonly epochUnit: EpochUnit | null;
  readonly evaluatesFirst: boolean | null;
  /** The layers that alone take the weights, by a name or an expression; empty for all. */
  readonly reuse: string;
  readonly headWeights: ChosenHead | null;
  readonly headDesign: HeadDraft;
  /**
   * Of a plan file whose weights are still to be chosen: the rules that it has for the names in them, for each part of a
   * fused network.
   */
  readonly mappings: readonly (readonly string[])[];
  /** The classes to learn, by name; null for all. */
  readonly classes: readonly string[] | null;
  readonly typed: Readonly<Record<NumberField, string>>;
}

export const EMPTY_DRAFT: PlanDraft = {
  strategy: 'features',
  network: null,
  weights: null,
  rules: [],
  optimizer: null,
  centers: null,
  clipping: null,
  schedule: null,
  scheduleMonitor: null,
  head: null,
  newHead: null,
  loss: null,
  classWeighting: null,
  sampling: null,
  preprocessing: OWN_PREPROCESSING,
  split: null,
  groupPattern: '',
  classWeights: {},
  frozenPrecision: null,
  trainablePrecision: null,
  device: null,
  stopsEarly: null,
  monitor: null,
  rates: [],
  stages: [],
  stage: 0,
  epochUnit: null,
  evaluatesFirst: null,
  reuse: '',
  headWeights: null,
  headDesign: EMPTY_HEAD,
  mappings: [],
  classes: null,
  ...EMPTY_TASK,
  ...EMPTY_AUGMENTATION,
  typed: {
    learningRate: '',
    momentum: '',
    beta1: '',
    beta2: '',
    rho: '',
    epsilon: '',
    initialAccumulator: '',
    l1: '',
    labelSmoothing: '',
    weightDecay: '',
    clippingLimit: '',
    rateBelowHead: '',
    scheduleFactor: '',
    scheduleEpochs: '',
    schedulePatience: '',
    scheduleDecay: '',
    scheduleFloor: '',
    warmupEpochs: '',
    epochs: '',
    batchSize: '',
    evaluationBatchSize: '',
    dropout: '',
    patience: '',
    ...NO_FIGURES,
    introspectionInterval: '',
    histogramInterval: '',
    logInterval: '',
    loaderWorkers: '',
    stepsPerEpoch: '',
    evaluationImages: '',
    trainingImagesPerClass: '',
    standardDeviation: '',
    temperature: '',
    noise: '',
    margin: '',
    seed: '',
    validationShare: '',
    shorterSide: '',
    meanRed: '',
    meanGreen: '',
    meanBlue: '',
    deviationRed: '',
    deviationGreen: '',
    deviationBlue: '',
    testShare: '',
    folds: '',
    fold: '',
  },
};

export const USUAL_PATIENCE = 5;
export const USUAL_CLIPPING_LIMIT = 1;
export const USUAL_STEPS_PER_EPOCH = 100;
export const USUAL_SPLIT = { testShare: 0, folds: 5, fold: 1 } as const;

/** What the draft comes to where it says nothing: the engine's completion, as far as it is known. */
export type Completion = Pick<
  TrainingPlan,
  | 'optimizer'
  | 'gradientClipping'
  | 'classWeights'
  | 'schedule'
  | 'earlyStopping'
  | 'split'
  | 'stages'
  | 'stepsPerEpoch'
  | 'headDesign'
  | 'task'
> | null;

/** The figures that were typed and cannot be read, as far as the form shows them. */
export function wrongFields(draft: PlanDraft, completion: Completion): readonly NumberField[] {
  return NUMBER_FIELD_NAMES.filter(
    (field) => isShown(field, draft, completion) && readNumber(field, draft.typed[field]).kind === 'wrong',
  );
}

/** Whether anything that was typed cannot be read, beside the fields that `wrongFields` tells. */
export function hasWrongRow(draft: PlanDraft): boolean {
  return draft.rates.some(isWrongRate) || hasWrongLayer(draft.headDesign);
}

function isWrongRate({ pattern, factor }: TypedRate): boolean {
  return pattern.trim() === '' || readRate(factor).kind !== 'value';
}

/** The figures that belong to a schedule. */
const SCHEDULE_FIELDS: Readonly<Record<SchedulePlan['kind'], readonly NumberField[]>> = {
  constant: [],
  step: ['scheduleEpochs', 'scheduleFactor'],
  exponential: ['scheduleFactor'],
  inverseTime: ['scheduleDecay'],
  cosine: ['scheduleFloor'],
  plateau: ['schedulePatience', 'scheduleFactor', 'scheduleFloor'],
};

/** An optimizer's figures beside rate and momentum, and the methods that have them. */
const FIGURES_OF = {
  beta1: ['adam', 'adamw'],
  beta2: ['adam', 'adamw'],
  rho: ['rmsprop', 'adadelta'],
  epsilon: ['adam', 'adamw', 'rmsprop', 'adagrad', 'adadelta'],
  initialAccumulator: ['adagrad'],
} as const satisfies Readonly<Partial<Record<NumberField, readonly OptimizerChoice[]>>>;
export const OPTIMIZER_FIGURES = Object.keys(FIGURES_OF) as readonly (keyof typeof FIGURES_OF)[];

type Condition = (draft: PlanDraft, completion: Completion) => boolean;

const ofSchedule = (field: NumberField): Condition => {
  return (draft, completion) => SCHEDULE_FIELDS[scheduleOf(draft, completion)].includes(field);
};

const ofOptimizer = (field: keyof typeof FIGURES_OF): Condition => {
  const owners: readonly OptimizerChoice[] = FIGURES_OF[field];
  return (draft, completion) => owners.includes(optimizerOf(draft, completion));
};

/** What must be chosen for a figure to have a meaning; those that always have one are not named. */
const CONDITIONS: Readonly<Partial<Record<NumberField, Condition>>> = {
  rateBelowHead: ({ rates }) => rates.length === 0,
  stepsPerEpoch: (draft, completion) => epochUnitOf(draft, completion) === 'steps',
  standardDeviation: ({ headDesign }, completion) =>
    (headDesign.initializer ?? completion?.headDesign.initializer) === 'truncatedNormal',
  noise: (draft, completion) => taskOf(draft, completion?.task) === 'autoencoder',
  margin: (draft, completion) => hasMargin(taskOf(draft, completion?.task)),
  momentum: (draft, completion) => hasMomentum(optimizerOf(draft, completion)),
  beta1: ofOptimizer('beta1'),
  beta2: ofOptimizer('beta2'),
  rho: ofOptimizer('rho'),
  epsilon: ofOptimizer('epsilon'),
  initialAccumulator: ofOptimizer('initialAccumulator'),
  clippingLimit: (draft, completion) => clippingOf(draft, completion) !== 'none',
  scheduleEpochs: ofSchedule('scheduleEpochs'),
  schedulePatience: ofSchedule('schedulePatience'),
  scheduleFactor: ofSchedule('scheduleFactor'),
  scheduleDecay: ofSchedule('scheduleDecay'),
  scheduleFloor: ofSchedule('scheduleFloor'),
  patience: stopsEarly,
  shorterSide: ({ preprocessing }) => preprocessing.resize === 'resizeThenCrop',
  ...Object.fromEntries(NORMALISATION_FIELDS.map((field) => [field, normalises])),
  validationShare: (draft, completion) => splitKindOf(draft, completion) !== 'folds',
  testShare: (draft, completion) => splitKindOf(draft, completion) === 'share',
  folds: (draft, completion) => splitKindOf(draft, completion) === 'folds',
  fold: (draft, completion) => splitKindOf(draft, completion) === 'folds',
  ...Object.fromEntries(CROP_FIELDS.map((field) => [field, crops])),
  ...Object.fromEntries(BLUR_FIELDS.map((field) => [field, blurs])),
  ...Object.fromEntries(ERASING_FIELDS.map((field) => [field, erases])),
};

/** Whether a figure belongs to what is chosen: others are kept as they were typed, and neither shown nor asked. */
export function isShown(field: NumberField, draft: PlanDraft, completion: Completion): boolean {
  return CONDITIONS[field]?.(draft, completion) ?? true;
}

/** The method shown: what was chosen, else what the engine completes. */
export function optimizerOf(draft: PlanDraft, completion: Completion): OptimizerChoice {
  if (draft.optimizer !== null) return draft.optimizer;
  if (completion === null) return 'sgd';
  const { optimizer } = completion;
  return optimizer.kind === 'sgd' && optimizer.nesterov ? 'nesterov' : optimizer.kind;
}

/** Whether a method has momentum, which SGD and RMSprop alone do. */
export function hasMomentum(choice: OptimizerChoice): boolean {
  return choice === 'sgd' || choice === 'nesterov' || choice === 'rmsprop';
}

export function classWeightingOf(draft: PlanDraft, completion: Completion): ClassWeighting {
  return draft.classWeighting ?? completion?.classWeights?.kind ?? 'none';
}

export function clippingOf(draft: PlanDraft, completion: Completion): ClippingChoice {
  return draft.clipping ?? completion?.gradientClipping?.kind ?? 'none';
}

export function splitKindOf(draft: PlanDraft, completion: Completion): SplitPlan['kind'] {
  return draft.split ?? completion?.split.kind ?? 'given';
}

export function scheduleOf(draft: PlanDraft, completion: Completion): SchedulePlan['kind'] {
  return draft.schedule ?? completion?.schedule.kind ?? 'constant';
}

export function stopsEarly(draft: PlanDraft, completion: Completion): boolean {
  return draft.stopsEarly ?? (completion?.earlyStopping ?? null) !== null;
}

export function epochUnitOf(draft: PlanDraft, completion: Completion): EpochUnit {
  return draft.epochUnit ?? ((completion?.stepsPerEpoch ?? null) === null ? 'images' : 'steps');
}

import type {
  DatasetReference,
  EarlyStoppingPlan,
  FreezeRule,
  GradientClipping,
  Head,
  Loss,
  OptimizerPlan,
  Precision,
  Sampling,
  SchedulePlan,
  Strategy,
  TrainingPlan,
  TrainingPlanRequest,
  WeightsReference,
} from '../../shared/contract/plan.ts';
import {
  BLUR_FIELDS,
  blurs,
  buildAugmentation,
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
import { readClassWeight, type TypedWeights } from './class-weights.ts';
import { buildPreprocessing, normalises, NORMALISATION_FIELDS, OWN_PREPROCESSING } from './preprocessing-draft.ts';
import { NUMBER_FIELD_NAMES, readNumber, type NumberField, type Typed } from './number-field.ts';

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
}

/** The plan as it is being made: figures as they were typed, `null` for what is left to the engine. */
export interface PlanDraft extends AugmentationDraft {
  readonly strategy: Strategy;
  readonly network: string | null;
  readonly weights: ChosenWeights | null;
  readonly rules: readonly FreezeRule[];
  readonly optimizer: OptimizerChoice | null;
  readonly centers: boolean | null;
  readonly clipping: ClippingChoice | null;
  readonly schedule: SchedulePlan['kind'] | null;
  readonly scheduleMonitor: EarlyStoppingPlan['monitor'] | null;
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
  readonly stopsEarly: boolean | null;
  readonly monitor: EarlyStoppingPlan['monitor'] | null;
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
export const USUAL_SPLIT = { testShare: 0, folds: 5, fold: 1 } as const;

/** What the draft comes to where it says nothing: the engine's completion, as far as it is known. */
export type Completion = Pick<
  TrainingPlan,
  'optimizer' | 'gradientClipping' | 'classWeights' | 'schedule' | 'earlyStopping' | 'split'
> | null;

/** The figures that were typed and cannot be read, as far as the form shows them. */
export function wrongFields(draft: PlanDraft, completion: Completion): readonly NumberField[] {
  return NUMBER_FIELD_NAMES.filter(
    (field) => isShown(field, draft, completion) && readNumber(field, draft.typed[field]).kind === 'wrong',
  );
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

/** Reads a field of the form: `undefined` where nothing was typed. */
type Reader<Figure> = (field: NumberField) => Figure | undefined;
/** Reads the weight of a class: `undefined` where nothing was typed. */
type WeightReader<Figure> = (typed: string) => Figure | undefined;

const valueOf = (typed: Typed): number | undefined => (typed.kind === 'value' ? typed.value : undefined);
const anythingOf = (typed: Typed): number | string | undefined => (typed.kind === 'empty' ? undefined : typed.value);

/** What the engine is asked to train; figures that cannot be read are left out, and `wrongFields` tells them. */
export function planRequest(draft: PlanDraft, dataset: DatasetReference, completion: Completion): TrainingPlanRequest {
  return build<number>(
    draft,
    dataset,
    completion,
    (field) => valueOf(readNumber(field, draft.typed[field])),
    (typed) => valueOf(readClassWeight(typed)),
  );
}

/** The same with figures as they were typed, nonsense included: the engine tells what is wrong with them. */
export function previewRequest(
  draft: PlanDraft,
  dataset: DatasetReference,
  completion: Completion,
): Record<string, unknown> {
  return build<number | string>(
    draft,
    dataset,
    completion,
    (field) => anythingOf(readNumber(field, draft.typed[field])),
    (typed) => anythingOf(readClassWeight(typed)),
  );
}

function build<Figure>(
  draft: PlanDraft,
  dataset: DatasetReference,
  completion: Completion,
  figure: Reader<Figure>,
  weight: WeightReader<Figure>,
) {
  return defined({
    dataset,
    strategy: draft.strategy,
    network: draft.network ?? undefined,
    weights: draft.strategy === 'scratch' ? undefined : draft.weights?.reference,
    rules: draft.rules.length === 0 ? undefined : [...draft.rules],
    epochs: figure('epochs'),
    batchSize: figure('batchSize'),
    evaluationBatchSize: figure('evaluationBatchSize'),
    dropout: figure('dropout'),
    introspectionInterval: figure('introspectionInterval'),
    seed: figure('seed'),
    validationShare: draft.split === 'folds' ? undefined : figure('validationShare'),
    split: buildSplit(draft, figure),
    groupPattern: draft.groupPattern.trim() === '' ? undefined : draft.groupPattern.trim(),
    head: draft.head ?? undefined,
    newHead: draft.newHead ?? undefined,
    precision: buildPrecision(draft),
    device: draft.device ?? undefined,
    optimizer: buildOptimizer(draft, completion, figure),
    weightDecay: figure('weightDecay'),
    l1: figure('l1'),
    loss: draft.loss ?? undefined,
    labelSmoothing: figure('labelSmoothing'),
    classWeights: buildClassWeights(draft, weight),
    learningRateRules: buildRates(figure('rateBelowHead')),
    schedule: buildSchedule(draft, completion, figure),
    warmupEpochs: figure('warmupEpochs'),
    gradientClipping: buildClipping(draft, completion, figure('clippingLimit')),
    earlyStopping: buildEarlyStopping(draft, completion, figure('patience')),
    augmentation: buildAugmentation(draft, (field) => (isShown(field, draft, completion) ? figure(field) : undefined)),
    sampling: draft.sampling ?? undefined,
    preprocessing: buildPreprocessing(draft, figure),
  });
}

function buildPrecision({ frozenPrecision: frozen, trainablePrecision: trainable }: PlanDraft) {
  if (frozen === null && trainable === null) return undefined;
  return defined({ frozen: frozen ?? undefined, trainable: trainable ?? undefined });
}

function buildOptimizer<Figure>(draft: PlanDraft, completion: Completion, figure: Reader<Figure>) {
  const choice = optimizerOf(draft, completion);
  const chosen = draft.optimizer !== null;
  const isSgd = choice === 'sgd' || choice === 'nesterov';
  const kind: OptimizerPlan['kind'] = isSgd ? 'sgd' : choice;
  const optimizer = defined({
    kind: chosen ? kind : undefined,
    nesterov: chosen && isSgd ? choice === 'nesterov' : undefined,
    learningRate: figure('learningRate'),
    // What was said of another method is kept in the form, and not asked of this one.
    momentum: hasMomentum(choice) ? figure('momentum') : undefined,
    centered: choice === 'rmsprop' ? (draft.centers ?? undefined) : undefined,
    ...Object.fromEntries(
      OPTIMIZER_FIGURES.map((field) => [field, isShown(field, draft, completion) ? figure(field) : undefined]),
    ),
  });
  return Object.keys(optimizer).length === 0 ? undefined : optimizer;
}

function buildSplit<Figure>({ split }: PlanDraft, figure: Reader<Figure>) {
  switch (split) {
    case null:
      return undefined;
    case 'given':
      return { kind: split };
    case 'share':
      return { kind: split, testShare: figure('testShare') ?? USUAL_SPLIT.testShare };
    case 'folds':
      return { kind: split, folds: figure('folds') ?? USUAL_SPLIT.folds, fold: figure('fold') ?? USUAL_SPLIT.fold };
  }
}

function buildClassWeights<Figure>({ classWeighting, classWeights }: PlanDraft, weight: WeightReader<Figure>) {
  switch (classWeighting) {
    case null:
      return undefined;
    case 'none':
      return null;
    case 'balanced':
      return { kind: classWeighting };
    case 'given': {
      const read = Object.entries(classWeights).map(([name, typed]) => [name, weight(typed)] as const);
      return { kind: classWeighting, weights: defined(Object.fromEntries(read)) as Record<string, Figure> };
    }
  }
}

function buildClipping<Figure>(draft: PlanDraft, completion: Completion, limit: Figure | undefined) {
  if (draft.clipping === null && limit === undefined) return undefined;
  const kind = clippingOf(draft, completion);
  if (kind === 'none') return null;
  return { kind, limit: limit ?? completion?.gradientClipping?.limit ?? USUAL_CLIPPING_LIMIT };
}

/** Every layer learns at this share of the rate, but for the head, whose own it stays. */
function buildRates<Figure>(belowHead: Figure | undefined) {
  if (belowHead === undefined) return undefined;
  return [
    { pattern: '/./', factor: belowHead },
    { pattern: 'head', factor: 1 },
  ];
}

function buildSchedule<Figure>(draft: PlanDraft, completion: Completion, figure: Reader<Figure>) {
  const kind = scheduleOf(draft, completion);
  const own = (field: NumberField): Figure | undefined =>
    SCHEDULE_FIELDS[kind].includes(field) ? figure(field) : undefined;
  if (draft.schedule === null) return undefined;
  return {
    kind,
    ...defined({
      epochs: own('scheduleEpochs'),
      patience: own('schedulePatience'),
      factor: own('scheduleFactor'),
      decay: own('scheduleDecay'),
      floor: own('scheduleFloor'),
      monitor: kind === 'plateau' ? (draft.scheduleMonitor ?? undefined) : undefined,
    }),
  };
}

function buildEarlyStopping<Figure>(draft: PlanDraft, completion: Completion, patience: Figure | undefined) {
  if (draft.stopsEarly === null && draft.monitor === null && patience === undefined) return undefined;
  if (!stopsEarly(draft, completion)) return null;
  const usual = completion?.earlyStopping ?? null;
  return {
    monitor: draft.monitor ?? usual?.monitor ?? ('val_loss' as const),
    patience: patience ?? usual?.patience ?? USUAL_PATIENCE,
  };
}

type Defined<Fields> = { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> };

/** Without the fields that say nothing: the contract knows them as absent, not as undefined. */
function defined<Fields extends object>(fields: Fields): Defined<Fields> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Defined<Fields>;
}

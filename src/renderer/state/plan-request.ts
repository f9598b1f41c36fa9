import type { OptimizerPlan } from '../../shared/contract/plan.ts';
import type { DatasetReference, TrainingPlanRequest } from '../../shared/contract/plan-request.ts';
import { buildAugmentation } from './augmentation-draft.ts';
import { readClassWeight } from './class-weights.ts';
import { readNumber, type NumberField, type Typed } from './number-field.ts';
import {
  clippingOf,
  hasMomentum,
  isShown,
  OPTIMIZER_FIGURES,
  optimizerOf,
  scheduleOf,
  stopsEarly,
  USUAL_CLIPPING_LIMIT,
  USUAL_PATIENCE,
  USUAL_SPLIT,
  type Completion,
  type PlanDraft,
} from './plan-draft.ts';
import { buildPreprocessing } from './preprocessing-draft.ts';

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
    isShown(field, draft, completion) ? figure(field) : undefined;
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

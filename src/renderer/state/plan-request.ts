import type { Request } from '../../shared/contract/endpoint.ts';
import type { FreezeRule, LearningRateRule, OptimizerPlan } from '../../shared/contract/plan.ts';
import type {
  DatasetReference,
  TrainingPlanRequest,
  TrainingStageRequest,
} from '../../shared/contract/plan-request.ts';
import { buildAugmentation } from './augmentation-draft.ts';
import { readClassWeight } from './class-weights.ts';
import { buildHead } from './head-draft.ts';
import type { PlanParent } from './plan-asking.ts';
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
  USUAL_STEPS_PER_EPOCH,
  type Completion,
  type PlanDraft,
} from './plan-draft.ts';
import { buildPreprocessing } from './preprocessing-draft.ts';
import { ratesBelowHead, readRate } from './rate-draft.ts';
import { atStage, completionAt, stagesOf } from './stage-draft.ts';
import { buildTask } from './task-draft.ts';

/** Reads a field of the form: `undefined` where nothing was typed. */
type Reader<Figure> = (field: NumberField) => Figure | undefined;
/** What of a typed figure is asked: all of it, or only what can be read. */
type Asked<Figure> = (typed: Typed) => Figure | undefined;

const valueOf = (typed: Typed): number | undefined => (typed.kind === 'value' ? typed.value : undefined);
const anythingOf = (typed: Typed): number | string | undefined => (typed.kind === 'empty' ? undefined : typed.value);

/** What the engine is asked to train; figures that cannot be read are left out, and `wrongFields` tells them. */
export function planRequest(draft: PlanDraft, dataset: DatasetReference, completion: Completion): TrainingPlanRequest {
  return build<number>(draft, dataset, completion, valueOf);
}

/** The same with figures as they were typed, nonsense included: the engine tells what is wrong with them. */
export function previewRequest(
  draft: PlanDraft,
  dataset: DatasetReference,
  completion: Completion,
): Record<string, unknown> {
  return build<number | string>(draft, dataset, completion, anythingOf);
}

/** The stages that are asked for, each with all that the form says of it. */
export function stageRequests(draft: PlanDraft, completion: Completion): readonly TrainingStageRequest[] {
  return buildStages<number>(draft, completion, valueOf);
}

/** Says of everything that a plan may be without that it is without it: a branch is else as the run that it leaves. */
const WITHOUT = {
  rules: [],
  stages: [],
  learningRateRules: [],
  reuse: null,
  headWeights: null,
  classes: null,
  trainingImagesPerClass: null,
  stepsPerEpoch: null,
  evaluationImages: null,
  loaderWorkers: null,
} as const satisfies TrainingPlanRequest;

function reader<Figure>(draft: PlanDraft, asked: Asked<Figure>): Reader<Figure> {
  return (field) => asked(readNumber(field, draft.typed[field]));
}

function build<Figure>(draft: PlanDraft, dataset: DatasetReference, completion: Completion, asked: Asked<Figure>) {
  const figure = reader(draft, asked);
  const staged = draft.stages.length > 0;
  // Where there are stages, each says for itself what else stands here.
  const piece = staged ? {} : buildPiece(draft, completion, asked);
  return defined({
    dataset,
    strategy: staged ? atStage(draft, 0).strategy : draft.strategy,
    network: draft.network ?? undefined,
    weights: draft.strategy === 'scratch' && !staged ? undefined : draft.weights?.reference,
    reuse: draft.reuse.trim() === '' ? undefined : draft.reuse.trim(),
    headWeights: draft.headWeights?.reference,
    evaluateFirst: draft.evaluatesFirst ?? undefined,
    task: buildTask(draft, (field) => (isShown(field, draft, completion) ? figure(field) : undefined)),
    classes: draft.classes === null ? undefined : [...draft.classes],
    trainingImagesPerClass: figure('trainingImagesPerClass'),
    stepsPerEpoch: buildStepsPerEpoch(draft, figure('stepsPerEpoch')),
    batchSize: figure('batchSize'),
    evaluationBatchSize: figure('evaluationBatchSize'),
    evaluationImages: figure('evaluationImages'),
    dropout: figure('dropout'),
    introspectionInterval: figure('introspectionInterval'),
    histogramInterval: figure('histogramInterval'),
    logInterval: figure('logInterval'),
    loaderWorkers: figure('loaderWorkers'),
    seed: figure('seed'),
    validationShare: draft.split === 'folds' ? undefined : figure('validationShare'),
    split: buildSplit(draft, figure),
    groupPattern: draft.groupPattern.trim() === '' ? undefined : draft.groupPattern.trim(),
    head: draft.head ?? undefined,
    headDesign: buildHead(draft.headDesign, figure, asked),
    newHead: draft.newHead ?? undefined,
    precision: buildPrecision(draft),
    device: draft.device ?? undefined,
    optimizer: buildOptimizer(draft, completion, (field) =>
      staged && field === 'learningRate' ? undefined : figure(field),
    ),
    weightDecay: figure('weightDecay'),
    l1: figure('l1'),
    loss: draft.loss ?? undefined,
    labelSmoothing: figure('labelSmoothing'),
    classWeights: buildClassWeights(draft, (typed) => asked(readClassWeight(typed))),
    gradientClipping: buildClipping(draft, completion, figure('clippingLimit')),
    augmentation: buildAugmentation(draft, (field) => (isShown(field, draft, completion) ? figure(field) : undefined)),
    sampling: draft.sampling ?? undefined,
    preprocessing: buildPreprocessing(draft, figure),
    ...piece,
    stages: staged ? buildStages(draft, completion, asked) : undefined,
  });
}

/** What a plan of one piece says, and what each stage of another. */
function buildPiece<Figure>(draft: PlanDraft, completion: Completion, asked: Asked<Figure>) {
  const figure = reader(draft, asked);
  return defined({
    rules: draft.rules.length === 0 ? undefined : [...draft.rules],
    epochs: figure('epochs'),
    learningRateRules: buildRates(draft, figure('rateBelowHead'), asked),
    schedule: buildSchedule(draft, completion, figure),
    warmupEpochs: figure('warmupEpochs'),
    earlyStopping: buildEarlyStopping(draft, completion, figure('patience')),
  });
}

function buildStages<Figure>(draft: PlanDraft, completion: Completion, asked: Asked<Figure>) {
  return stagesOf(draft).map(({ name, begins }, index) => {
    const own = atStage(draft, index);
    const completed = completion === null ? null : completionAt(completion, index);
    const learningRate = defined({ learningRate: reader(own, asked)('learningRate') });
    // Rules are its own alone; what else it does not say is as the plan has it.
    const without: { rules: FreezeRule[]; learningRateRules: LearningRateRule[] } = {
      rules: [],
      learningRateRules: [],
    };
    return {
      name: name.trim(),
      begins,
      strategy: own.strategy,
      ...learningRate,
      ...without,
      ...buildPiece(own, completed, asked),
    };
  });
}

function buildStepsPerEpoch<Figure>({ epochUnit }: PlanDraft, steps: Figure | undefined) {
  if (epochUnit === 'images') return null;
  return epochUnit === 'steps' ? (steps ?? USUAL_STEPS_PER_EPOCH) : steps;
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

function buildClassWeights<Figure>(
  { classWeighting, classWeights }: PlanDraft,
  weight: (typed: string) => Figure | undefined,
) {
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

function buildRates<Figure>({ rates }: PlanDraft, belowHead: Figure | undefined, asked: Asked<Figure>) {
  if (rates.length > 0) {
    return rates.map(({ pattern, factor }) => ({ pattern: pattern.trim(), factor: asked(readRate(factor)) ?? 1 }));
  }
  return belowHead === undefined ? undefined : ratesBelowHead(belowHead);
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

/** What the engine is asked to train or to let wait: a branch names no weights, for they are its checkpoint's. */
export function startRequest(request: TrainingPlanRequest, parent: PlanParent | null): Request<'training.start'> {
  if (parent === null) return { ...request };
  const { runId, step } = parent;
  const asked: Request<'training.start'> = { ...request };
  delete asked.weights;
  return { ...WITHOUT, ...asked, parent: { relation: 'branched', runId, checkpoint: { step } } };
}

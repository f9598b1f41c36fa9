import {
  NO_AUGMENTATION,
  USUAL_BLUR,
  USUAL_CROP,
  USUAL_ERASING,
  type AugmentationPlan,
} from '../../shared/contract/augmentation.ts';
import { usualStrategy } from '../../shared/contract/learning-task.ts';
import type { TrainingPlanRequest, TrainingStageRequest } from '../../shared/contract/plan-request.ts';
import { chosenAugmentation, typedClassWeights, typedFigures } from './draft-of-plan.ts';
import { headDraft } from './head-draft.ts';
import { EMPTY_DRAFT, type ChosenWeights, type OptimizerChoice, type PlanDraft } from './plan-draft.ts';
import { OWN_PREPROCESSING } from './preprocessing-draft.ts';
import { typedRates } from './rate-draft.ts';
import { takeStages } from './stage-draft.ts';
import { EMPTY_TASK, taskDraft } from './task-draft.ts';

type Stated<Field extends keyof TrainingPlanRequest> = Pick<TrainingPlanRequest, Field>;

/** Momentum is SGD's where no method is named. */
function optimizerOf({ optimizer }: Stated<'optimizer'>): OptimizerChoice | null {
  const { kind, nesterov = false, momentum } = optimizer ?? {};
  if (kind !== undefined && kind !== 'sgd') return kind;
  if (nesterov) return 'nesterov';
  return kind ?? (momentum === undefined ? null : 'sgd');
}

function weightingOf({ classWeights }: Stated<'classWeights'>): PlanDraft['classWeighting'] {
  return classWeights === null ? 'none' : (classWeights?.kind ?? null);
}

/** With the figures that the engine would fill in: what the form takes for a blank one is not the same. */
function augmentationOf({ augmentation }: Stated<'augmentation'>): AugmentationPlan | null | undefined {
  if (augmentation === undefined || augmentation === null) return augmentation;
  const { randomResizedCrop: crop, blur, erasing } = augmentation;
  return {
    ...NO_AUGMENTATION,
    ...stated(augmentation),
    randomResizedCrop: crop ? { ...USUAL_CROP, ...stated(crop) } : null,
    blur: blur ? { ...USUAL_BLUR, ...stated(blur) } : null,
    erasing: erasing ? { ...USUAL_ERASING, ...stated(erasing) } : null,
  };
}

type StatedFields<Fields> = { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> };

/** Only what says something, to be put over what is usual. */
function stated<Fields extends object>(fields: Fields): StatedFields<Fields> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as StatedFields<Fields>;
}

/** Stages that say for themselves what they have of the plan: in the form nothing else does. */
function stagesOf(request: TrainingPlanRequest, strategy: PlanDraft['strategy']): readonly TrainingStageRequest[] {
  const { rules, epochs, optimizer, learningRateRules, schedule, warmupEpochs, earlyStopping } = request;
  const learningRate = optimizer?.learningRate;
  const usual = { rules, epochs, learningRate, learningRateRules, schedule, warmupEpochs, earlyStopping };
  return (request.stages ?? []).map((stage) => ({ strategy, ...stated(usual), ...stated(stage), name: stage.name }));
}

/**
 * A request as the form would hold it had all of it been chosen and typed there: what it does not say stays open, so that the
 * engine can tell what is missing. See `draftOfPlan` for a plan that says everything.
 *
 * @param weights what it begins with
 */
export function draftOfRequest(request: TrainingPlanRequest, weights: ChosenWeights | null): PlanDraft {
  const { optimizer, gradientClipping, schedule, earlyStopping, stepsPerEpoch, headWeights } = request;
  const strategy = request.strategy ?? usualStrategy(request);
  const augmentation = augmentationOf(request);
  const draft: PlanDraft = {
    ...EMPTY_DRAFT,
    strategy,
    network: request.network ?? EMPTY_DRAFT.network,
    weights,
    rules: request.rules ?? EMPTY_DRAFT.rules,
    optimizer: optimizerOf(request),
    centers: optimizer?.centered ?? EMPTY_DRAFT.centers,
    clipping: gradientClipping === null ? 'none' : (gradientClipping?.kind ?? EMPTY_DRAFT.clipping),
    schedule: schedule?.kind ?? EMPTY_DRAFT.schedule,
    scheduleMonitor: schedule?.kind === 'plateau' ? (schedule.monitor ?? null) : EMPTY_DRAFT.scheduleMonitor,
    head: request.head ?? EMPTY_DRAFT.head,
    newHead: request.newHead ?? EMPTY_DRAFT.newHead,
    loss: request.loss ?? EMPTY_DRAFT.loss,
    classWeighting: weightingOf(request),
    classWeights: typedClassWeights(request),
    sampling: request.sampling ?? EMPTY_DRAFT.sampling,
    preprocessing: { ...OWN_PREPROCESSING, ...stated(request.preprocessing ?? {}) },
    split: request.split?.kind ?? EMPTY_DRAFT.split,
    groupPattern: request.groupPattern ?? EMPTY_DRAFT.groupPattern,
    frozenPrecision: request.precision?.frozen ?? EMPTY_DRAFT.frozenPrecision,
    trainablePrecision: request.precision?.trainable ?? EMPTY_DRAFT.trainablePrecision,
    device: request.device ?? EMPTY_DRAFT.device,
    stopsEarly: earlyStopping === undefined ? EMPTY_DRAFT.stopsEarly : earlyStopping !== null,
    monitor: earlyStopping?.monitor ?? EMPTY_DRAFT.monitor,
    rates: typedRates(request.learningRateRules ?? []).rates,
    epochUnit: stepsPerEpoch === undefined ? EMPTY_DRAFT.epochUnit : stepsPerEpoch === null ? 'images' : 'steps',
    evaluatesFirst: request.evaluateFirst ?? EMPTY_DRAFT.evaluatesFirst,
    reuse: request.reuse ?? EMPTY_DRAFT.reuse,
    headWeights: headWeights ? { reference: headWeights, label: headWeights.runId } : EMPTY_DRAFT.headWeights,
    headDesign: headDraft(request.headDesign ?? {}),
    classes: request.classes ?? EMPTY_DRAFT.classes,
    ...(request.task === undefined ? EMPTY_TASK : taskDraft(request.task)),
    ...(augmentation !== undefined && chosenAugmentation(augmentation)),
    typed: typedFigures({ ...request, augmentation }),
  };
  return takeStages(draft, stagesOf(request, strategy));
}

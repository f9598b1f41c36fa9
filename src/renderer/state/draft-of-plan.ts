import type { AugmentationPlan } from '../../shared/contract/augmentation.ts';
import type { TrainingPlan } from '../../shared/contract/plan.ts';
import type { TrainingPlanRequest } from '../../shared/contract/plan-request.ts';
import { EMPTY_AUGMENTATION, type AugmentationDraft } from './augmentation-draft.ts';
import { NUMBER_FIELD_NAMES, NUMBER_FIELDS, type NumberField } from './number-field.ts';
import { EMPTY_DRAFT, type ChosenWeights, type OptimizerChoice, type PlanDraft } from './plan-draft.ts';
import { headDraft } from './head-draft.ts';
import { OWN_PREPROCESSING } from './preprocessing-draft.ts';
import { typedRates } from './rate-draft.ts';
import { takeStages } from './stage-draft.ts';
import { taskDraft } from './task-draft.ts';

/** What stands at a dotted path of a plan. */
function valueAt(plan: object, path: string): unknown {
  return path.split('.').reduce<unknown>((value, key) => {
    if (typeof value !== 'object' || value === null) return undefined;
    return (value as Readonly<Record<string, unknown>>)[key];
  }, plan);
}

/** The figures of a plan, or of a request for one, as they would be typed: empty where it says nothing of them. */
export function typedFigures(
  plan: Pick<TrainingPlanRequest, 'learningRateRules' | 'augmentation'>,
): PlanDraft['typed'] {
  const figures = NUMBER_FIELD_NAMES.map((field): readonly [NumberField, string] => {
    const value = valueAt(plan, NUMBER_FIELDS[field].path);
    return [field, typeof value === 'number' ? String(value) : ''];
  });
  const { rateBelowHead } = typedRates(plan.learningRateRules ?? []);
  return { ...EMPTY_DRAFT.typed, ...Object.fromEntries(figures), rateBelowHead };
}

function optimizerOf({ optimizer }: TrainingPlan): OptimizerChoice {
  return optimizer.kind === 'sgd' && optimizer.nesterov ? 'nesterov' : optimizer.kind;
}

/** What is done to images as the form would hold it had all of it been chosen there. */
export function chosenAugmentation(augmentation: AugmentationPlan | null): AugmentationDraft {
  if (augmentation === null) return { ...EMPTY_AUGMENTATION, augmentation: 'none' };
  return {
    augmentation: 'none',
    flips: augmentation.horizontalFlip,
    flipsVertically: augmentation.verticalFlip,
    crops: augmentation.randomResizedCrop !== null,
    blurs: augmentation.blur !== null,
    erases: augmentation.erasing !== null,
    fill: augmentation.fill,
  };
}

export function typedClassWeights({
  classWeights,
}: Pick<TrainingPlanRequest, 'classWeights'>): PlanDraft['classWeights'] {
  if (classWeights?.kind !== 'given') return {};
  return Object.fromEntries(Object.entries(classWeights.weights).map(([name, weight]) => [name, String(weight)]));
}

/** A plan as the form would hold it had all of it been chosen and typed there. @param weights what it begins with */
export function draftOfPlan(plan: TrainingPlan, weights: ChosenWeights | null): PlanDraft {
  const draft: PlanDraft = {
    ...EMPTY_DRAFT,
    strategy: plan.strategy,
    network: plan.network,
    weights,
    rules: plan.rules,
    optimizer: optimizerOf(plan),
    centers: plan.optimizer.kind === 'rmsprop' ? plan.optimizer.centered : null,
    clipping: plan.gradientClipping?.kind ?? 'none',
    schedule: plan.schedule.kind,
    scheduleMonitor: plan.schedule.kind === 'plateau' ? plan.schedule.monitor : null,
    head: plan.head,
    newHead: plan.newHead,
    loss: plan.loss,
    classWeighting: plan.classWeights?.kind ?? 'none',
    classWeights: typedClassWeights(plan),
    sampling: plan.sampling,
    preprocessing: plan.preprocessing ?? OWN_PREPROCESSING,
    split: plan.split.kind,
    groupPattern: plan.groupPattern ?? '',
    frozenPrecision: plan.precision.frozen,
    trainablePrecision: plan.precision.trainable,
    device: plan.device,
    stopsEarly: plan.earlyStopping !== null,
    monitor: plan.earlyStopping?.monitor ?? null,
    rates: typedRates(plan.learningRateRules).rates,
    epochUnit: plan.stepsPerEpoch === null ? 'images' : 'steps',
    evaluatesFirst: plan.evaluateFirst,
    reuse: plan.reuse ?? '',
    headWeights: plan.headWeights && { reference: plan.headWeights, label: plan.headWeights.runId },
    headDesign: headDraft(plan.headDesign),
    classes: plan.classes,
    ...taskDraft(plan.task),
    ...chosenAugmentation(plan.augmentation),
    typed: typedFigures(plan),
  };
  return takeStages(draft, plan.stages);
}

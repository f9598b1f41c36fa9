import type { TrainingPlan, TrainingStage } from '../../shared/contract/plan.ts';
import type { TrainingStageRequest } from '../../shared/contract/plan-request.ts';
import { moveItem } from './move-item.ts';
import type { ChosenWeights, Completion, PlanDraft } from './plan-draft.ts';
import { typedRates } from './rate-draft.ts';
import { STAGE_FIGURES, type StageDraft, type StageFields } from './stage-fields.ts';

const NO_STAGE_FIGURES: StageFields['typed'] = {
  learningRate: '',
  rateBelowHead: '',
  scheduleFactor: '',
  scheduleEpochs: '',
  schedulePatience: '',
  scheduleDecay: '',
  scheduleFloor: '',
  warmupEpochs: '',
  epochs: '',
  patience: '',
};

function fieldsOf(draft: PlanDraft): StageFields {
  const { strategy, rules, rates, schedule, scheduleMonitor, stopsEarly, monitor } = draft;
  const figures = STAGE_FIGURES.map((field) => [field, draft.typed[field]] as const);
  const typed = { ...NO_STAGE_FIGURES, ...Object.fromEntries(figures) };
  return { strategy, rules, rates, schedule, scheduleMonitor, stopsEarly, monitor, typed };
}

/** All stages as they are now; none where the plan is one piece. */
export function stagesOf(draft: PlanDraft): readonly StageDraft[] {
  return draft.stages.map((stage, index) => (index === draft.stage ? { ...stage, ...fieldsOf(draft) } : stage));
}

/** The draft with one of its stages chosen: the form and the tree then say what that one does. */
export function atStage(draft: PlanDraft, index: number): PlanDraft {
  return choose(draft, stagesOf(draft), index);
}

function choose(draft: PlanDraft, stages: readonly StageDraft[], wanted: number): PlanDraft {
  const index = Math.min(stages.length - 1, Math.max(0, wanted));
  const chosen = stages[index];
  if (chosen === undefined) return { ...draft, stages: [], stage: 0 };
  const { strategy, rules, rates, schedule, scheduleMonitor, stopsEarly, monitor, typed } = chosen;
  const own = { strategy, rules, rates, schedule, scheduleMonitor, stopsEarly, monitor };
  return { ...draft, ...own, typed: { ...draft.typed, ...typed }, stages, stage: index };
}

function nextKey(stages: readonly StageDraft[]): number {
  return Math.max(0, ...stages.map(({ key }) => key)) + 1;
}

/**
 * Another stage at the end, chosen; it does what the chosen one does, for most stages differ from the one before in little.
 * A plan of one piece becomes the first of two.
 *
 * @param name of a stage, by its place from 1
 */
export function addStage(draft: PlanDraft, name: (place: number) => string): PlanDraft {
  const present = stagesOf(draft);
  const before: readonly StageDraft[] =
    present.length > 0 ? present : [{ key: 1, name: name(1), begins: 'best', ...fieldsOf(draft) }];
  const added: StageDraft = {
    ...fieldsOf(draft),
    key: nextKey(before),
    name: name(before.length + 1),
    begins: 'best',
  };
  return choose(draft, [...before, added], before.length);
}

/** Without a stage; what the one beside it does is chosen then. Of a single one is left what it does. */
export function removeStage(draft: PlanDraft, index: number): PlanDraft {
  const stages = stagesOf(draft);
  const left = stages.filter((_, place) => place !== index);
  const chosen = draft.stage > index ? draft.stage - 1 : draft.stage;
  return choose(draft, left, chosen);
}

/** With a stage that was removed at a place again; what was chosen stays chosen, and of none it is. */
export function insertStage(draft: PlanDraft, stage: StageDraft, place: number): PlanDraft {
  const stages = stagesOf(draft);
  const at = Math.min(stages.length, Math.max(0, place));
  const chosen = stages.length > 0 && draft.stage >= at ? draft.stage + 1 : draft.stage;
  const own = { ...stage, key: nextKey(stages) };
  return choose(draft, [...stages.slice(0, at), own, ...stages.slice(at)], chosen);
}

/** A stage put to another place; the chosen one stays chosen. */
export function moveStage(draft: PlanDraft, from: number, to: number): PlanDraft {
  const stages = stagesOf(draft);
  const key = stages[draft.stage]?.key;
  if (to < 0 || to >= stages.length) return draft;
  const order = moveItem(stages, from, to);
  return choose(
    draft,
    order,
    order.findIndex((stage) => stage.key === key),
  );
}

/** A stage with something other said of it that is none of the form's fields. */
export function changeStage(
  draft: PlanDraft,
  index: number,
  change: Partial<Pick<StageDraft, 'name' | 'begins'>>,
): PlanDraft {
  return { ...draft, stages: draft.stages.map((stage, place) => (place === index ? { ...stage, ...change } : stage)) };
}

/** The plan in these stages, the first of them chosen; in one piece again where there are none. */
export function takeStages(draft: PlanDraft, stages: readonly TrainingStageRequest[]): PlanDraft {
  return choose(
    draft,
    stages.map((stage, index) => stageDraft(stage, index + 1)),
    0,
  );
}

const text = (value: number | undefined): string => (value === undefined ? '' : String(value));

function stageDraft(stage: TrainingStageRequest, key: number): StageDraft {
  const { schedule, earlyStopping } = stage;
  const figure = (name: string): string => {
    const value: unknown = schedule === undefined ? undefined : Reflect.get(schedule, name);
    return typeof value === 'number' ? String(value) : '';
  };
  const { rateBelowHead, rates } = typedRates(stage.learningRateRules ?? []);
  return {
    key,
    name: stage.name,
    begins: stage.begins ?? 'best',
    strategy: stage.strategy ?? 'features',
    rules: stage.rules ?? [],
    rates,
    schedule: schedule?.kind ?? null,
    scheduleMonitor: schedule?.kind === 'plateau' ? (schedule.monitor ?? null) : null,
    stopsEarly: earlyStopping === undefined ? null : earlyStopping !== null,
    monitor: earlyStopping?.monitor ?? null,
    typed: {
      learningRate: text(stage.learningRate),
      rateBelowHead,
      scheduleFactor: figure('factor'),
      scheduleEpochs: figure('epochs'),
      schedulePatience: figure('patience'),
      scheduleDecay: figure('decay'),
      scheduleFloor: figure('floor'),
      warmupEpochs: text(stage.warmupEpochs),
      epochs: text(stage.epochs),
      patience: text(earlyStopping?.patience),
    },
  };
}

/** What a completed plan says of one of its stages, as of a plan of one piece; of any other plan, what it says. */
export function completionAt<Plan extends NonNullable<Completion>>(plan: Plan, index: number): Plan {
  const stage: TrainingStage | undefined = plan.stages[index];
  if (stage === undefined) return plan;
  const { schedule, earlyStopping, learningRateRules, warmupEpochs, epochs, learningRate } = stage;
  const own: Partial<TrainingPlan> = { schedule, earlyStopping, learningRateRules, warmupEpochs, epochs };
  return { ...plan, ...own, optimizer: { ...plan.optimizer, learningRate } };
}

/** What is planned, for another network: nothing of it that names layers or tensors of the one before, and no stages. */
export function onNetwork(draft: PlanDraft, network: string | null, weights: ChosenWeights | null): PlanDraft {
  const headDesign = { ...draft.headDesign, base: null };
  const without = { rules: [], rates: [], reuse: '', headWeights: null, mappings: [] };
  return takeStages({ ...draft, ...without, network, weights, headDesign }, []);
}

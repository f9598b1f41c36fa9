import type { DatasetView } from '../../shared/contract/dataset-view.ts';
import type { PlanPreview } from '../../shared/contract/preview.ts';
import { hasWrongWeight, weightsOf } from './class-weights.ts';
import { draftForFeatures } from './features-draft.ts';
import { classWeightingOf, hasWrongRow, wrongFields, type Completion, type PlanDraft } from './plan-draft.ts';
import { atStage, completionAt } from './stage-draft.ts';

/** The run that the plan's run is to branch off, at the step of one of its checkpoints. */
export interface PlanParent {
  readonly runId: string;
  readonly name: string;
  readonly step: number;
}

/** A run that trains, with the place of the first of its stages that has not begun. */
export interface EditedRun {
  readonly runId: string;
  readonly name: string;
  readonly from: number;
  /** The plan that was being made before, which comes back when the editing is left. */
  readonly before: { readonly draft: PlanDraft; readonly parent: PlanParent | null };
}

/** The chosen stage by itself, where the engine does not tell of it among the others. */
export interface StageAlone {
  readonly stage: number;
  readonly preview: PlanPreview;
}

/** A draft as far as it concerns a dataset; null where none is open. */
export function draftFor(draft: PlanDraft, dataset: Pick<DatasetView, 'classes' | 'features'> | null): PlanDraft {
  if (dataset === null) return { ...draft, classWeights: {} };
  const names = dataset.classes.map(({ name }) => name);
  const own = { ...draft, classWeights: weightsOf(draft.classWeights, names) };
  return dataset.features === null ? own : draftForFeatures(own);
}

/** Whether a figure of the form cannot be read, in any of its stages. */
export function hasWrong(draft: PlanDraft, completed: Completion): boolean {
  const weighs = classWeightingOf(draft, completed) === 'given';
  const stages = draft.stages.length === 0 ? [draft] : draft.stages.map((_, place) => atStage(draft, place));
  const unread = stages.some((stage) => {
    const completion = completed && completionAt(completed, stage.stage);
    return wrongFields(stage, completion).length > 0 || hasWrongRow(stage);
  });
  return unread || (weighs && hasWrongWeight(draft.classWeights));
}

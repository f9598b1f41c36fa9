import type { LearningTask } from '../../shared/contract/learning-task.ts';
import type { NumberField } from './number-field.ts';

/** What is learnt, as it was chosen; null leaves it to the engine. Its figures stand with the form's others. */
export interface TaskDraft {
  readonly task: LearningTask['kind'] | null;
  readonly layerwise: boolean | null;
}

export const EMPTY_TASK: TaskDraft = { task: null, layerwise: null };
/** What is taken where nothing is typed. */
export const USUAL_TASK = { noise: 0, margin: 1 } as const;

export function taskOf(draft: TaskDraft, completed: LearningTask | undefined): LearningTask['kind'] {
  return draft.task ?? completed?.kind ?? 'classify';
}

/** Whether the task has a margin to keep. */
export function hasMargin(task: LearningTask['kind']): boolean {
  return task === 'pairs' || task === 'ranking';
}

export function taskDraft(task: LearningTask): TaskDraft {
  return { task: task.kind, layerwise: task.kind === 'autoencoder' ? task.layerwise : null };
}

/** @param figure what is typed in a field */
export function buildTask<Figure>({ task, layerwise }: TaskDraft, figure: (field: NumberField) => Figure | undefined) {
  switch (task) {
    case null:
      return undefined;
    case 'autoencoder':
      return { kind: task, layerwise: layerwise ?? false, noise: figure('noise') ?? USUAL_TASK.noise };
    case 'pairs':
    case 'ranking':
      return { kind: task, margin: figure('margin') ?? USUAL_TASK.margin };
    case 'classify':
    case 'rotation':
    case 'corruption':
      return { kind: task };
  }
}

import type { EpochMetrics, RunDetail, RunStage } from '../../../../shared/contract/run.ts';
import type { TrainingStage } from '../../../../shared/contract/plan.ts';
import { isLayerwise } from '../../../../shared/contract/learning-task.ts';
import { isBetter } from '../../../charts/epochs.ts';

type Measured = Pick<EpochMetrics, 'val_loss' | 'val_accuracy'>;

/** A stage of a run: what it was to do, and what came of it once it has begun. */
export interface StageResult {
  readonly place: number;
  readonly planned: TrainingStage;
  readonly begun: RunStage | null;
  /** Its own best epoch. */
  readonly best: EpochMetrics | null;
  /** Whether the best of all the run lies in it. */
  readonly isBest: boolean;
  /** Whether it came to an end without becoming better than what was there before it. */
  readonly noBetter: boolean;
}

/** What came of each stage of a run, those that have not begun at the end; none for a run of one piece. */
export function stageResults({ plan, result, stages }: RunDetail): readonly StageResult[] {
  return plan.stages.map((planned, place) => {
    const begun = stages.find(({ stage }) => stage === place) ?? null;
    const best = result.history.find(({ epoch }) => epoch === begun?.bestEpoch) ?? null;
    const earlier: readonly Measured[] = [
      ...(result.baseline === null ? [] : [result.baseline]),
      ...result.history.filter(({ epoch }) => begun !== null && epoch < begun.firstEpoch),
    ];
    return {
      place,
      planned,
      begun,
      best,
      isBest: best !== null && best.epoch === result.bestEpoch,
      noBetter:
        best !== null &&
        begun?.ending != null &&
        !isLayerwise(plan.task) &&
        earlier.some((before) => !isBetter(best, before, planned.earlyStopping?.monitor)),
    };
  });
}

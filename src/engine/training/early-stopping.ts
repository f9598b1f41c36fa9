import type { EarlyStoppingPlan } from '../../shared/contract/plan.ts';
import type { EpochMetrics } from '../../shared/contract/run.ts';

function accuracyOf({ val_accuracy }: Validated): number {
  return val_accuracy ?? 0;
}

/** What one epoch is held against another by. */
type Validated = Pick<EpochMetrics, 'val_loss' | 'val_accuracy'>;

/**
 * Whether an epoch is better than the best so far. By itself a run looks for the highest validation accuracy and, among
 * equals, the lowest validation loss. With early stopping its monitor alone decides, and strictly, as Keras'
 * `EarlyStopping` with `min_delta=0`: of equals the first stays the best. Of a task without accuracy the loss decides.
 *
 * @param best none before there is one
 */
export function isBetter(
  plan: EarlyStoppingPlan | null,
  candidate: Validated,
  best: Validated | null | undefined,
): boolean {
  if (!best) return true;
  switch (plan?.monitor) {
    case 'val_loss':
      return candidate.val_loss < best.val_loss;
    case 'val_accuracy':
      return accuracyOf(candidate) > accuracyOf(best);
    case undefined:
      if (candidate.val_accuracy !== best.val_accuracy) return accuracyOf(candidate) > accuracyOf(best);
      return candidate.val_loss < best.val_loss;
  }
}

/**
 * Whether the monitor has not become better for `patience` epochs. What is done decides alone, so that a resumed run
 * stops where an uninterrupted one does.
 *
 * @param epoch epochs that are done
 */
export function isExhausted(plan: EarlyStoppingPlan | null, epoch: number, bestEpoch: number | null): boolean {
  return plan !== null && bestEpoch !== null && epoch - bestEpoch >= plan.patience;
}

/** The best of these epochs; null where there are none. */
export function bestOf(plan: EarlyStoppingPlan | null, history: readonly EpochMetrics[]): EpochMetrics | null {
  let best: EpochMetrics | null = null;
  for (const metrics of history) if (isBetter(plan, metrics, best)) best = metrics;
  return best;
}

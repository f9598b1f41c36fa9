import type { EarlyStoppingPlan } from '../../shared/contract/plan.ts';
import type { EpochMetrics } from '../../shared/contract/run.ts';

function accuracyOf({ val_accuracy }: EpochMetrics): number {
  return val_accuracy ?? 0;
}

/**
 * Whether an epoch is better than the best so far. By itself a run looks for the highest validation accuracy and, among
 * equals, the lowest validation loss. With early stopping its monitor alone decides, and strictly, as Keras'
 * `EarlyStopping` with `min_delta=0`: of equals the first stays the best. Of a task without accuracy the loss decides.
 *
 * @param best undefined before there is one
 */
export function isBetter(
  plan: EarlyStoppingPlan | null,
  candidate: EpochMetrics,
  best: EpochMetrics | undefined,
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

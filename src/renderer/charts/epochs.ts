import type { EarlyStoppingPlan } from '../../shared/contract/plan.ts';
import type { EpochMetrics } from '../../shared/contract/run.ts';
import type { Curve } from './curve.ts';

type Validated = Pick<EpochMetrics, 'val_loss' | 'val_accuracy'>;

/**
 * Better is a higher validation accuracy; among equals, and where there is none, a lower validation loss. What early
 * stopping watches decides alone: as the engine chooses its checkpoint.
 */
export function isBetter(
  epoch: Validated,
  best: Validated,
  watched: EarlyStoppingPlan['monitor'] | null = null,
): boolean {
  const [accuracy, before] = [epoch.val_accuracy ?? 0, best.val_accuracy ?? 0];
  if (watched === 'val_loss') return epoch.val_loss < best.val_loss;
  if (watched === 'val_accuracy') return accuracy > before;
  return accuracy > before || (accuracy === before && epoch.val_loss < best.val_loss);
}

/** The best of all. */
export function bestEpoch(history: readonly EpochMetrics[]): EpochMetrics | null {
  let best: EpochMetrics | null = null;
  for (const epoch of history) {
    if (best === null || isBetter(epoch, best)) best = epoch;
  }
  return best;
}

/**
 * Adds epochs, in order, to a history. What it has from the first of them on was of a run that went on from an earlier
 * checkpoint, and is forgotten.
 */
export function withEpochs(history: readonly EpochMetrics[], added: readonly EpochMetrics[]): readonly EpochMetrics[] {
  const [first] = added;
  if (!first) return history;
  let kept = history.length;
  while (kept > 0 && (history[kept - 1]?.epoch ?? 0) >= first.epoch) kept -= 1;
  return [...history.slice(0, kept), ...added];
}

/** One metric of every epoch that has it as a curve over epochs or, where it is told how many steps an epoch has, over steps. */
export function epochCurve(
  history: readonly EpochMetrics[],
  key: Exclude<keyof EpochMetrics, 'epoch'>,
  stepsPerEpoch = 1,
): Curve {
  const points = history.flatMap((metrics) => {
    const y = metrics[key];
    return y === null ? [] : [{ x: metrics.epoch * stepsPerEpoch, y }];
  });
  return { x: points.map(({ x }) => x), y: points.map(({ y }) => y) };
}

/** The epoch that a step belongs to; the last step of an epoch is still of it. */
export function epochOfStep(step: number, stepsPerEpoch: number): number {
  return Math.max(1, Math.ceil(step / stepsPerEpoch));
}

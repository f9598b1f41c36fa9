import type { EpochMetrics } from '../../shared/contract/run.ts';
import type { Curve } from './curve.ts';

/** Better is a higher validation accuracy; among equals, a lower validation loss: as the engine chooses its checkpoint. */
export function bestEpoch(history: readonly EpochMetrics[]): EpochMetrics | null {
  let best: EpochMetrics | null = null;
  for (const epoch of history) {
    const better =
      best === null ||
      epoch.val_accuracy > best.val_accuracy ||
      (epoch.val_accuracy === best.val_accuracy && epoch.val_loss < best.val_loss);
    if (better) best = epoch;
  }
  return best;
}

/** Adds an epoch to a history; what it has of that epoch or of later ones was of a run that went on from earlier. */
export function withEpoch(history: readonly EpochMetrics[], metrics: EpochMetrics): EpochMetrics[] {
  return [...history.filter(({ epoch }) => epoch < metrics.epoch), metrics];
}

/** One metric of every epoch as a curve over epochs or, where it is told how many steps an epoch has, over steps. */
export function epochCurve(
  history: readonly EpochMetrics[],
  key: Exclude<keyof EpochMetrics, 'epoch'>,
  stepsPerEpoch = 1,
): Curve {
  return { x: history.map(({ epoch }) => epoch * stepsPerEpoch), y: history.map((metrics) => metrics[key]) };
}

/** The epoch that a step belongs to; the last step of an epoch is still of it. */
export function epochOfStep(step: number, stepsPerEpoch: number): number {
  return Math.max(1, Math.ceil(step / stepsPerEpoch));
}

import type { SchedulePlan, TrainingPlan } from '../../shared/contract/plan.ts';
import type { EpochMetrics } from '../../shared/contract/run.ts';
import { assertNever } from '../../shared/errors/thaw-error.ts';

/** A step that is about to be made. */
export interface Moment {
  /** From 1. */
  readonly epoch: number;
  /** Steps of this epoch that are done. */
  readonly step: number;
  readonly stepsPerEpoch: number;
  /** The epochs that are done. */
  readonly history: readonly EpochMetrics[];
}

type Plateau = Extract<SchedulePlan, { readonly kind: 'plateau' }>;

/** What is left of the rate after these epochs, as Keras' `ReduceLROnPlateau` with `min_delta=0` and no cooldown lowers it. */
function plateauShare({ monitor, patience, factor, floor }: Plateau, history: readonly EpochMetrics[]): number {
  const better = monitor === 'val_loss' ? (a: number, b: number) => a < b : (a: number, b: number) => a > b;
  let share = 1;
  let best: number | null = null;
  let waited = 0;
  for (const { [monitor]: value } of history) {
    // Of a task without accuracy none is better than another.
    if (value === null) continue;
    if (best === null || better(value, best)) {
      best = value;
      waited = 0;
      continue;
    }
    waited += 1;
    if (waited < patience || share <= floor) continue;
    share = Math.max(share * factor, floor);
    waited = 0;
  }
  return share;
}

/**
 * The share of the optimizer's learning rate that a schedule gives.
 *
 * @param done steps since the warm-up
 * @param total steps from the warm-up's end to the last epoch's
 * @param history the epochs since the warm-up
 */
function scheduledShare(
  schedule: SchedulePlan,
  { done, total, stepsPerEpoch }: { readonly done: number; readonly total: number; readonly stepsPerEpoch: number },
  history: readonly EpochMetrics[],
): number {
  switch (schedule.kind) {
    case 'constant':
      return 1;
    case 'step':
      return schedule.factor ** Math.floor(done / (schedule.epochs * stepsPerEpoch));
    case 'exponential':
      return schedule.factor ** (done / stepsPerEpoch);
    case 'inverseTime':
      return 1 / (1 + schedule.decay * done);
    case 'cosine': {
      const fallen = (1 + Math.cos(Math.PI * Math.min(1, done / Math.max(1, total)))) / 2;
      return Math.min(1, schedule.floor + (1 - schedule.floor) * fallen);
    }
    case 'plateau':
      return plateauShare(schedule, history);
    default:
      return assertNever(schedule);
  }
}

/**
 * The learning rate of a step: through the warm-up it grows evenly to the optimizer's (Goyal et al., arXiv:1706.02677), then
 * the schedule leads on as Keras' of the same name: `ExponentialDecay` (`step` is its staircase), `InverseTimeDecay`,
 * `CosineDecay`, `ReduceLROnPlateau`. It depends on what is done alone, so that a resumed run goes on with the same rates.
 */
export function learningRateAt(
  {
    optimizer,
    schedule,
    warmupEpochs,
    epochs,
  }: Pick<TrainingPlan, 'optimizer' | 'schedule' | 'warmupEpochs' | 'epochs'>,
  { epoch, step, stepsPerEpoch, history }: Moment,
): number {
  const done = (epoch - 1) * stepsPerEpoch + step;
  const warmup = Math.round(warmupEpochs * stepsPerEpoch);
  // The share first: it is never above 1, where rounding would take a product above the rate.
  if (done < warmup) return optimizer.learningRate * ((done + 1) / warmup);
  const time = { done: done - warmup, total: epochs * stepsPerEpoch - warmup, stepsPerEpoch };
  const since = history.filter((metrics) => metrics.epoch > warmupEpochs);
  return optimizer.learningRate * scheduledShare(schedule, time, since);
}

import type { EpochMetrics } from '../../src/shared/contract/run.ts';

/** Metrics of an epoch; what a test does not name has a value of its own for each epoch. */
export function epochMetrics(epoch: number, metrics: Partial<EpochMetrics> = {}): EpochMetrics {
  return {
    epoch,
    loss: 1 / epoch,
    accuracy: 1 - 0.5 / epoch,
    val_loss: 1.2 / epoch,
    val_accuracy: 1 - 0.6 / epoch,
    learningRate: 0.01,
    seconds: 1,
    ...metrics,
  };
}

import { describe, expect, it } from 'vitest';
import type { EarlyStoppingPlan } from '../../../src/shared/contract/plan.ts';
import type { EpochMetrics } from '../../../src/shared/contract/run.ts';
import { isBetter, isExhausted } from '../../../src/engine/training/early-stopping.ts';

type Point = readonly [val_loss: number, val_accuracy: number];

function metrics(epoch: number, [val_loss, val_accuracy]: Point): EpochMetrics {
  return { epoch, loss: 1, accuracy: 1, val_loss, val_accuracy, learningRate: 0.1, seconds: 1 };
}

/** Goes through epochs as training does. */
function follow(plan: EarlyStoppingPlan | null, points: readonly Point[]): readonly [best: number, done: number] {
  let best: EpochMetrics | undefined;
  let done = 0;
  for (const [index, point] of points.entries()) {
    if (isExhausted(plan, done, best?.epoch ?? null)) break;
    const candidate = metrics(index + 1, point);
    if (isBetter(plan, candidate, best)) best = candidate;
    done = index + 1;
  }
  return [best?.epoch ?? 0, done];
}

const points: readonly Point[] = [
  [1, 0.5],
  [0.9, 0.7],
  [0.95, 0.7],
  [0.9, 0.8],
  [0.7, 0.8],
  [0.8, 0.6],
  [0.8, 0.6],
  [0.8, 0.9],
];

describe('the best epoch and the end of training', () => {
  // The expected pairs are those of Keras' EarlyStopping(min_delta=0): its best_epoch + 1 and stopped_epoch + 1.
  it.each([
    ['without early stopping: the accuracy, then the loss', null, [8, 8]],
    ['by loss, patience 1', { monitor: 'val_loss', patience: 1 }, [2, 3]],
    ['by loss, patience 2, equals not being better', { monitor: 'val_loss', patience: 2 }, [2, 4]],
    ['by loss, patience 3', { monitor: 'val_loss', patience: 3 }, [5, 8]],
    ['by accuracy, patience 1, equals not being better', { monitor: 'val_accuracy', patience: 1 }, [2, 3]],
    ['by accuracy, patience 2', { monitor: 'val_accuracy', patience: 2 }, [4, 6]],
    ['by accuracy, patience 4', { monitor: 'val_accuracy', patience: 4 }, [8, 8]],
  ] as const)('%s', (_, plan, expected) => {
    expect(follow(plan, points)).toEqual(expected);
  });
});

import path from 'node:path';
import type { TrainingPlan } from '../../src/shared/contract/plan.ts';
import type { EpochMetrics, RunResult } from '../../src/shared/contract/run.ts';
import type { TrainerJob, TrainerMessage } from '../../src/engine/training/protocol.ts';
import { runTraining } from '../../src/engine/training/run-training.ts';
import { samplePlan } from './training-plan.ts';

export const never = new AbortController().signal;

let runs = 0;

/**
 * The job of a small network from scratch.
 *
 * @param root where runs and caches lie
 * @param resumed the job whose run it continues
 */
export function trainingJob(
  root: string,
  dataset: string,
  changes: Partial<TrainingPlan> = {},
  resumed?: TrainerJob,
): TrainerJob {
  const plan = samplePlan({
    dataset: { kind: 'folder', path: dataset },
    network: 'mobilenet_v1_0.25_32',
    weights: { kind: 'none' },
    strategy: 'scratch',
    batchSize: 5,
    evaluationBatchSize: 8,
    seed: 11,
    ...changes,
  });
  return {
    runId: 'test',
    plan,
    runDirectory: resumed?.runDirectory ?? path.join(root, `run-${++runs}`),
    cacheDirectory: path.join(root, 'cache'),
    sourceRunDirectory: null,
    resume: resumed !== undefined,
  };
}

/** Runs until the named step, then stops as Ctrl+C would. */
export async function runUntil(stopAfter: number, job: TrainerJob): Promise<Omit<RunResult, 'runId'>> {
  const stop = new AbortController();
  const listen = (message: TrainerMessage): void => {
    if (message.kind === 'event' && message.body.kind === 'step' && message.body.step >= stopAfter) stop.abort();
  };
  return runTraining(job, listen, stop.signal);
}

/** Everything that an epoch computed, the time that it took apart. */
export function computed(history: readonly EpochMetrics[]): (number | null)[] {
  return history.flatMap(({ loss, accuracy, val_loss, val_accuracy }) => [loss, accuracy, val_loss, val_accuracy]);
}

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { MONITORS, type TrainingPlan } from '../../../src/shared/contract/plan.ts';
import type { RunResult } from '../../../src/shared/contract/run.ts';
import { checkpointPrefix } from '../../../src/engine/training/checkpoint.ts';
import type { TrainerJob, TrainerMessage } from '../../../src/engine/training/protocol.ts';
import { runTraining } from '../../../src/engine/training/run-training.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { writeTinyDataset } from '../../support/tiny-dataset.ts';
import { computed, trainingJob } from '../../support/training-job.ts';

const root = temporaryFolder();
/** Learns so little that a monitor does not become better for long. */
const STANDING_STILL = { kind: 'sgd', learningRate: 1e-30, momentum: 0, nesterov: false } as const;
const HEAD_ONLY = { strategy: 'features' } as const;
let dataset = '';
beforeAll(async () => {
  dataset = await writeTinyDataset(path.join(root, 'dataset'), { train: 12, val: 6, test: 4 });
});

function job(changes: Partial<TrainingPlan>, resumed?: TrainerJob): TrainerJob {
  return trainingJob(root, dataset, { ...HEAD_ONLY, ...changes }, resumed);
}

interface Told {
  readonly result: Omit<RunResult, 'runId'>;
  readonly messages: readonly TrainerMessage[];
}

async function train(trainerJob: TrainerJob, stop = new AbortController(), stopAfter = Infinity): Promise<Told> {
  const messages: TrainerMessage[] = [];
  const listen = (message: TrainerMessage): void => {
    messages.push(message);
    if (message.kind !== 'event' || message.body.kind !== 'epoch') return;
    if (message.body.metrics.epoch >= stopAfter) stop.abort();
  };
  return { result: await runTraining(trainerJob, listen, stop.signal), messages };
}

/** The epoch that the best checkpoint on disk is of. */
async function keptEpoch({ runDirectory }: TrainerJob): Promise<number> {
  const prefix = await checkpointPrefix(runDirectory, 'best');
  const state = JSON.parse(readFileSync(path.join(path.dirname(prefix), 'state.json'), 'utf8')) as { epoch: number };
  return state.epoch;
}

describe('early stopping', () => {
  it('ends a run that stands still after its patience, as finished, and says why', async () => {
    const changes = {
      epochs: 9,
      optimizer: STANDING_STILL,
      earlyStopping: { monitor: 'val_loss', patience: 2 },
    } as const;
    const trainerJob = job(changes);
    const { result, messages } = await train(trainerJob);
    expect(result).toMatchObject({ status: 'finished', stoppedEarly: true, bestEpoch: 1, warnings: [] });
    expect(result.history).toHaveLength(3);
    expect(result.testAccuracy).not.toBeNull();
    expect(await keptEpoch(trainerJob)).toBe(1);
    expect(messages).toContainEqual({
      kind: 'note',
      text: 'Training ended after epoch 3 of 9: val_loss has not become better for 2 epochs, since epoch 1.',
    });

    // Killed after its last epoch and before its end, it has nothing left to train; stopped before, it ends as this one.
    const cut = job(changes);
    const stopped = await train(cut, new AbortController(), 2);
    expect(stopped.result).toMatchObject({ status: 'stopped', stoppedEarly: false });
    for (const resumed of [await train(job(changes, trainerJob)), await train(job(changes, cut))]) {
      expect(resumed.result).toMatchObject({ status: 'finished', stoppedEarly: true, bestEpoch: 1 });
      expect(computed(resumed.result.history)).toEqual(computed(result.history));
    }
  });

  it.each(MONITORS)('keeps the best epoch by %s', async (monitor) => {
    const trainerJob = job({ epochs: 6, earlyStopping: { monitor, patience: 6 } });
    const { result } = await train(trainerJob);
    expect(result).toMatchObject({ status: 'finished', stoppedEarly: false });
    const values = result.history.map((metrics) => (metrics[monitor] ?? NaN) * (monitor === 'val_loss' ? -1 : 1));
    expect(result.bestEpoch).toBe(values.indexOf(Math.max(...values)) + 1);
    expect(result.bestValAccuracy).toBe(result.history[(result.bestEpoch ?? 0) - 1]?.val_accuracy);
    expect(await keptEpoch(trainerJob)).toBe(result.bestEpoch);
  });
});

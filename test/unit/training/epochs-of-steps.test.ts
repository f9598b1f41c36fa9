import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { RunEventBody } from '../../../src/shared/contract/event.ts';
import type { TrainingPlan } from '../../../src/shared/contract/plan.ts';
import type { TrainerJob, TrainerMessage } from '../../../src/engine/training/protocol.ts';
import { runTraining } from '../../../src/engine/training/run-training.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { writeTinyDataset } from '../../support/tiny-dataset.ts';
import { computed, never, runUntil, trainingJob } from '../../support/training-job.ts';

const root = temporaryFolder();
let dataset = '';
beforeAll(async () => {
  dataset = await writeTinyDataset(path.join(root, 'dataset'), { train: 12, val: 10, test: 4 });
});

/** 24 training images: 4 steps of 5 leave some for the next epoch, and the third begins a new pass. */
const STEPS = { strategy: 'features', stepsPerEpoch: 4, batchSize: 5, epochs: 3 } as const;

async function told(job: TrainerJob): Promise<readonly RunEventBody[]> {
  const bodies: RunEventBody[] = [];
  const listen = (message: TrainerMessage): void => {
    if (message.kind === 'event') bodies.push(message.body);
  };
  await runTraining(job, listen, never);
  return bodies;
}

function job(changes: Partial<TrainingPlan>, resumed?: TrainerJob): TrainerJob {
  return trainingJob(root, dataset, changes, resumed);
}

describe('a run whose epochs are so many steps', () => {
  it.each([
    { what: 'features', changes: { strategy: 'features', rules: [] } },
    { what: 'pixels', changes: { strategy: 'scratch', sampling: 'random' } },
  ] satisfies { what: string; changes: Partial<TrainingPlan> }[])(
    'that is stopped in the middle of one goes on exactly, fed with $what',
    async ({ changes }) => {
      const plan = { ...STEPS, ...changes, logInterval: 1 };
      const whole = await runTraining(job(plan), () => undefined, never);
      expect(whole.history.map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
      const first = job(plan);
      const stopped = await runUntil(6, first);
      expect(stopped).toMatchObject({ status: 'stopped' });
      const resumed = await runTraining(job(plan, first), () => undefined, never);
      expect(computed(resumed.history)).toEqual(computed(whole.history));
    },
  );

  it('keeps the metrics of every so many steps and of the last of each epoch, whatever the clock says', async () => {
    const bodies = await told(job({ ...STEPS, logInterval: 3 }));
    const steps = bodies.flatMap((body) => (body.kind === 'step' ? [body.step] : []));
    expect(steps).toEqual([3, 4, 6, 8, 9, 12]);
  });

  it('counts the images of each mean', async () => {
    const bodies = await told(job({ ...STEPS, logInterval: 1 }));
    const steps = bodies.flatMap((body) => (body.kind === 'step' ? [body] : []));
    const epochs = bodies.flatMap((body) => (body.kind === 'epoch' ? [body.metrics] : []));
    for (const { epoch, loss, accuracy } of epochs) {
      const own = steps.filter((step) => step.epoch === epoch);
      const mean = (of: (step: (typeof own)[number]) => number): number =>
        own.reduce((sum, step) => sum + of(step), 0) / own.length;
      expect(loss).toBeCloseTo(mean((step) => step.loss), 10); // prettier-ignore
      expect(accuracy).toBeCloseTo(mean((step) => step.accuracy ?? NaN), 10); // prettier-ignore
    }
  });
});

describe('a run that is validated on a part of the images', () => {
  it('counts those alone in its epochs and keeps what its best weights made of all', async () => {
    const kept: { split: string; images: number }[] = [];
    const listen = (message: TrainerMessage): void => {
      if (message.kind === 'evaluation') kept.push(message.evaluation);
    };
    const result = await runTraining(job({ ...STEPS, evaluationImages: 7 }), listen, never);
    for (const { val_accuracy } of result.history) {
      const hits = (val_accuracy ?? NaN) * 7;
      expect(Math.abs(hits - Math.round(hits))).toBeLessThan(1e-9);
    }
    expect(kept.map(({ split, images }) => ({ split, images }))).toEqual([
      { split: 'validation', images: 20 },
      { split: 'test', images: 8 },
    ]);
  });
});

import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { TrainingPlan } from '../../../src/shared/contract/plan.ts';
import { checkpointPrefix } from '../../../src/engine/training/checkpoint.ts';
import { histogramOf, type TensorHistogram } from '../../../src/engine/training/histograms.ts';
import type { TrainerMessage } from '../../../src/engine/training/protocol.ts';
import { runTraining } from '../../../src/engine/training/run-training.ts';
import { openTensorFlowCheckpoint } from '../../../src/engine/weights/tensorflow-checkpoint.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { writeTinyDataset } from '../../support/tiny-dataset.ts';
import { computed, never, trainingJob } from '../../support/training-job.ts';

const sum = (values: Iterable<number>): number => [...values].reduce((total, value) => total + value, 0);

describe('a histogram', () => {
  it.each([
    { what: 'spread values', values: [0, 1, 2, 3], low: 0, high: 3, filled: [1, 1, 1, 1] },
    { what: 'one value', values: [5, 5], low: 5, high: 5, filled: [2] },
    { what: 'values that are none', values: [NaN, 1, Infinity, 2, -Infinity], low: 1, high: 2, filled: [1, 1] },
    { what: 'nothing finite', values: [NaN], low: 0, high: 0, filled: [] },
    { what: 'nothing', values: [], low: 0, high: 0, filled: [] },
  ])('of $what counts each once between the least and the greatest', ({ values, low, high, filled }) => {
    const { counts, ...ends } = histogramOf('t', values);
    expect(ends).toEqual({ tensor: 't', low, high });
    expect([...counts].filter((count) => count > 0)).toEqual(filled);
    expect(counts).toHaveLength(30);
  });

  it('has equal parts, the greatest value in the last', () => {
    const { counts } = histogramOf(
      't',
      Float32Array.from({ length: 301 }, (_, index) => index),
    );
    expect([...counts]).toEqual([...Array<number>(29).fill(10), 11]);
  });
});

describe('a run that counts its histograms', () => {
  const root = temporaryFolder();
  let dataset = '';
  beforeAll(async () => {
    dataset = await writeTinyDataset(path.join(root, 'dataset'), { train: 12, val: 6, test: 0 });
  });
  // 24 images: 5 steps an epoch.
  const PLAN = { strategy: 'features', epochs: 2, dropout: 0.2 } satisfies Partial<TrainingPlan>;

  it('tells every so many steps of the head and of the logits, and learns the same to the bit', async () => {
    const told: { step: number; epoch: number; histograms: readonly TensorHistogram[] }[] = [];
    const listen = (message: TrainerMessage): void => {
      if (message.kind === 'histograms') told.push(message);
    };
    const job = trainingJob(root, dataset, { ...PLAN, histogramInterval: 4 });
    const counted = await runTraining(job, listen, never);
    const plain = await runTraining(trainingJob(root, dataset, PLAN), () => undefined, never);
    expect(computed(counted.history)).toEqual(computed(plain.history));
    expect(told.map(({ step, epoch }) => [step, epoch])).toEqual([[4, 1], [8, 2]]); // prettier-ignore
    for (const { histograms } of told) {
      expect(histograms.map(({ tensor, counts }) => [tensor, sum(counts)])).toEqual([
        ['logits/kernel', 512],
        ['logits/bias', 2],
        ['logits', 10],
      ]);
    }
  });

  it('counts the weights as the step has left them', async () => {
    const told: (readonly TensorHistogram[])[] = [];
    const listen = (message: TrainerMessage): void => {
      if (message.kind === 'histograms') told.push(message.histograms);
    };
    const job = trainingJob(root, dataset, { ...PLAN, histogramInterval: 10 });
    await runTraining(job, listen, never);
    const file = await openTensorFlowCheckpoint(await checkpointPrefix(job.runDirectory, 'last'));
    try {
      const [kernel] = told[0] ?? [];
      expect(kernel).toEqual(histogramOf('logits/kernel', file.read('logits/kernel')));
    } finally {
      file.close();
    }
  });
});

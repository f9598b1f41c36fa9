import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createService, type Service } from '../../src/engine/service/create-service.ts';
import type { TrainingPlanRequest } from '../../src/shared/contract/plan-request.ts';
import type { RunDetail, RunResult } from '../../src/shared/contract/run.ts';
import { damage } from '../support/run-log.ts';
import { expectError } from '../support/expect-error.ts';
import { writeNumpyFile } from '../support/features-file.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { computed } from '../support/training-job.ts';
import { writeTinyDataset } from '../support/tiny-dataset.ts';

const root = temporaryFolder();
const home = path.join(root, 'home');
const dataset = path.join(root, 'stripes');
let service: Service;
let engine: Service['transport'];

beforeAll(async () => {
  await writeTinyDataset(dataset, { train: 6, val: 4, test: 4 });
  service = createService({ home, cache: path.join(root, 'cache') });
  engine = service.transport;
});
afterAll(() => service.close());

/** A small network from scratch, with dropout and augmentation, so that every source of chance is at work. */
function plan(changes: TrainingPlanRequest = {}): TrainingPlanRequest {
  return {
    dataset: { kind: 'folder', path: dataset },
    network: 'mobilenet_v1_0.25_32',
    strategy: 'scratch',
    batchSize: 5,
    dropout: 0.3,
    augmentation: { horizontalFlip: true, rotation: 10 },
    optimizer: { kind: 'adam', learningRate: 0.002 },
    introspectionInterval: 2,
    epochs: 3,
    seed: 11,
    ...changes,
  };
}

async function ended(runId: string): Promise<RunResult> {
  const result = await engine.invoke('training.wait', { runId });
  expect(result.error).toBeNull();
  return result;
}

async function trained(changes: TrainingPlanRequest = {}): Promise<RunDetail> {
  const { runId } = await engine.invoke('training.start', plan(changes));
  expect((await ended(runId)).status).toBe('finished');
  return engine.invoke('runs.show', { runId });
}

/** The losses by step that the log has, up to a step. */
async function losses(runId: string, to?: number): Promise<(readonly number[])[]> {
  const [curve] = await engine.invoke('runs.series', {
    runId,
    by: 'step',
    keys: ['loss'],
    maxPoints: 1000,
    ...(to !== undefined && { to }),
  });
  return [[...(curve?.x ?? [])], [...(curve?.y ?? [])]];
}

describe('a run that is continued', () => {
  it('comes out as if it had been given all epochs from the beginning, its history and steps included', async () => {
    const [short, long] = [await trained(), await trained({ epochs: 5 })];
    const {
      runId,
      plan: continued,
      warnings,
    } = await engine.invoke('runs.continue', {
      runId: short.summary.runId,
      epochs: 2,
    });
    expect(warnings).toEqual([]);
    expect(continued.epochs).toBe(5);
    const result = await ended(runId);
    expect(result.status).toBe('finished');
    expect(result.history.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5]);
    expect(computed(result.history)).toEqual(computed(long.result.history));
    expect(result).toMatchObject({
      bestEpoch: long.result.bestEpoch,
      testAccuracy: long.result.testAccuracy,
      frozenUnchanged: true,
    });
    expect(await engine.invoke('runs.layers', { runId })).toEqual(
      await engine.invoke('runs.layers', { runId: long.summary.runId }),
    );
    // Which steps are told depends on the time they take; those of the run that was continued are all there.
    expect(await losses(runId, 9)).toEqual(await losses(short.summary.runId));
    expect((await losses(runId))[0]?.at(-1)).toBeGreaterThan(9);
    const relatives = await engine.invoke('runs.relatives', { runId });
    expect(relatives.parent).toMatchObject({ runId: short.summary.runId, relation: 'continued', step: 9 });
    // The run that was continued stays as it was.
    expect(await engine.invoke('runs.show', { runId: short.summary.runId })).toEqual(short);
  });
});

describe('a run that was stopped, or stopped early', () => {
  it('goes on in the middle of the epoch that it was stopped in, and ends so many epochs later', async () => {
    const { runId } = await engine.invoke('training.start', plan({ epochs: 400, augmentation: null }));
    await new Promise<void>((resolve) => {
      const unsubscribe = engine.subscribe('run', ({ runId: of, body }) => {
        if (of !== runId || body.kind !== 'step' || body.step < 4) return;
        unsubscribe();
        resolve();
      });
    });
    await engine.invoke('training.stop', { runId });
    const stopped = await ended(runId);
    expect(stopped.status).toBe('stopped');
    const epochs = stopped.history.length + 2;
    const continued = await engine.invoke('runs.continue', { runId, epochs: 2 });
    expect(continued.plan.epochs).toBe(epochs);
    const result = await ended(continued.runId);
    const whole = await trained({ epochs, augmentation: null });
    expect(computed(result.history)).toEqual(computed(whole.result.history));
  });

  it('goes on though its patience is used up, by the same monitor, and says so, and what becomes of its schedule', async () => {
    const first = await trained({
      epochs: 6,
      augmentation: null,
      // Weights that hardly move: the accuracy does not become better.
      optimizer: { kind: 'sgd', learningRate: 1e-12 },
      schedule: { kind: 'cosine' },
      earlyStopping: { monitor: 'val_accuracy', patience: 1 },
    });
    expect(first.result).toMatchObject({ stoppedEarly: true, history: { length: 2 } });
    const { runId, ...begun } = await engine.invoke('runs.continue', { runId: first.summary.runId, epochs: 2 });
    expect(begun.plan).toMatchObject({ epochs: 4, earlyStopping: { monitor: 'val_accuracy', patience: 4 } });
    expect(begun.warnings).toEqual([
      'Early stopping ended the run, and would end this one at once: its patience is now all 4 epochs.',
      'The cosine schedule now ends at epoch 4: the learning rate goes on as in a run of that many epochs.',
    ]);
    const result = await ended(runId);
    expect(result.history.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4]);
    expect(result.stoppedEarly).toBe(false);
    expect(result.history.at(-1)?.learningRate).toBeLessThan(first.result.history.at(-1)?.learningRate ?? 0);
  });
});

describe('a run that is repeated', () => {
  it('comes out as before to the last bit, though other things were decided of its images since', async () => {
    const first = await trained({ epochs: 2 });
    const { datasetId } = await engine.invoke('dataset.open', { dataset: { kind: 'folder', path: dataset } });
    const page = await engine.invoke('dataset.images', { datasetId, split: 'train', offset: 0, limit: 1 });
    const imageIds = page.images.map(({ imageId }) => imageId);
    await engine.invoke('dataset.edit', {
      datasetId,
      images: { imageIds },
      change: { kind: 'exclude', excluded: true },
    });
    const { runId } = await engine.invoke('runs.repeat', { runId: first.summary.runId });
    const result = await ended(runId);
    expect(computed(result.history)).toEqual(computed(first.result.history));
    expect(result).toMatchObject({ bestEpoch: first.result.bestEpoch, testAccuracy: first.result.testAccuracy });
    expect(result.warnings).toEqual(first.result.warnings);
    const relatives = await engine.invoke('runs.relatives', { runId });
    expect(relatives.parent).toMatchObject({ runId: first.summary.runId, relation: 'repeated', step: null });
  });

  it('continues the same run again, or branches off the same checkpoint, where that is what it did', async () => {
    const first = await trained({ epochs: 2 });
    const others = [
      () => engine.invoke('runs.continue', { runId: first.summary.runId, epochs: 1 }),
      () => engine.invoke('runs.branch', { runId: first.summary.runId, plan: { epochs: 1, seed: 5 } }),
    ];
    for (const begin of others) {
      const { runId } = await begin();
      const before = await ended(runId);
      const again = await engine.invoke('runs.repeat', { runId });
      expect(computed((await ended(again.runId)).history)).toEqual(computed(before.history));
    }
  });
});

describe('a run that branches off another', () => {
  it('begins with the weights and the state of the optimizer, under another freeze mask', async () => {
    const first = await trained({ epochs: 2, augmentation: null });
    const from = first.summary.runId;
    const branch = await engine.invoke('runs.branch', {
      runId: from,
      checkpoint: 'last',
      plan: { epochs: 1, rules: [{ action: 'freeze', pattern: 'conv1' }] },
    });
    expect(branch.warnings).toEqual([]);
    expect(branch.plan).toMatchObject({
      epochs: 1,
      strategy: 'finetune',
      weights: { kind: 'run', runId: from, checkpoint: { step: 6 } },
      optimizer: first.plan.optimizer,
      seed: 11,
    });
    const result = await ended(branch.runId);
    expect(result.history).toHaveLength(1);
    expect(result.frozenUnchanged).toBe(true);
    const relatives = await engine.invoke('runs.relatives', { runId: branch.runId });
    expect(relatives.parent).toMatchObject({ runId: from, relation: 'branched', step: 6 });
    const lines = await engine.invoke('runs.lines', { runId: branch.runId, limit: 100 });
    expect(lines.lines.map(({ text }) => text).join('\n')).toMatch(
      /optimizer goes on with its state for (\d+) of \1 tensors/,
    );
  });
});

it('branches off a head that is trained on features alone', async () => {
  const rows = 40;
  const file = await writeNumpyFile(path.join(root, 'features.npz'), {
    floats: {
      features: {
        shape: [rows, 3],
        data: Array.from({ length: 3 * rows }, (_, index) => Math.sin(index) + (Math.floor(index / 3) % 2)),
      },
    },
    integers: { labels: Array.from({ length: rows }, (_, row) => row % 2) },
  });
  const { runId: from } = await engine.invoke('training.start', {
    dataset: { kind: 'features', path: file },
    epochs: 3,
  });
  await ended(from);
  const { runId } = await engine.invoke('runs.branch', { runId: from, plan: { epochs: 1 } });
  expect(await ended(runId)).toMatchObject({ status: 'finished', history: { length: 1 } });
  const { loadReport } = await engine.invoke('runs.show', { runId });
  expect(loadReport?.loaded.toSorted()).toEqual(['logits/bias', 'logits/kernel']);
});

it('refuses what a run cannot go on from, and says what to do', async () => {
  const first = await trained({ epochs: 1, augmentation: null });
  const { runId } = first.summary;
  const branch = (changes: TrainingPlanRequest) => () => engine.invoke('runs.branch', { runId, plan: changes });
  await expectError(branch({ network: 'mobilenet_v1_0.5_96' }), 'usage.invalid', 'has the network of its run');
  await expectError(branch({ weights: { kind: 'shipped' } }), 'usage.invalid', 'received other weights');
  await expectError(branch({ strategy: 'scratch' }), 'usage.invalid', "the strategy 'scratch'");
  await expectError(
    () => engine.invoke('runs.branch', { runId, checkpoint: { step: 2 }, plan: {} }),
    'training.checkpoint',
    'asked for one of step 2',
  );
  await expectError(() => engine.invoke('runs.continue', { runId: 'none', epochs: 1 }), 'run.unknown', "'none'");
  await expectError(() => engine.invoke('runs.repeat', { runId: 'none' }), 'run.unknown', "'none'");
  // Nothing of it is left in the log.
  expect(await engine.invoke('runs.relatives', { runId })).toMatchObject({ children: [] });
  expect(damage(home)).toEqual([]);
});

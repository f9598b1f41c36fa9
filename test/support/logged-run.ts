import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { runDirectory, type Log } from '../../src/engine/experiment/log.ts';
import { MetricWriter } from '../../src/engine/experiment/metric-writer.ts';
import { createRun } from '../../src/engine/experiment/new-run.ts';
import { setStatus } from '../../src/engine/experiment/run-life.ts';
import {
  writeCheckpoint,
  writeLine,
  writeParts,
  writeProof,
  writeResult,
  type RunParts,
} from '../../src/engine/experiment/run-writer.ts';
import { releaseTrainerLock } from '../../src/engine/experiment/trainer-lock.ts';
import type { TrainingPlan } from '../../src/shared/contract/plan.ts';
import { epochMetrics } from './epoch-metrics.ts';
import { finishedRun } from './run-detail.ts';
import { samplePlan } from './training-plan.ts';

const EPOCHS = 3;
const STEPS_PER_EPOCH = 4;
const HASH = '0a'.repeat(32);

const parts: RunParts = {
  dataset: {
    root: '/photos/of <b>bees</b>',
    classes: ['ants', '蜜蜂 🐝'],
    train: 8,
    validation: 4,
    test: 0,
    version: 'cd'.repeat(32),
    skipped: [{ path: 'train/ants/broken.jpg', reason: 'it is empty' }],
  },
  loadReport: {
    source: '/weights.h5',
    format: 'keras-h5',
    sha256: 'ab'.repeat(32),
    loaded: ['conv1/kernel'],
    skippedByShape: [{ name: 'conv2/kernel', expected: [3, 3, 8, 16], found: [1, 1, 8, 16] }],
    missing: [],
    newlyInitialised: ['logits/kernel', 'logits/bias'],
    unexpected: ['predictions/kernel'],
  },
  layers: [
    {
      name: 'conv1',
      kind: 'conv2d',
      block: 'conv1',
      outputShape: [48, 48, 8],
      parameters: 216,
      state: 'frozen',
      statistics: null,
    },
    {
      name: 'conv1_bn',
      kind: 'batchNorm',
      block: 'conv1',
      outputShape: [48, 48, 8],
      parameters: 32,
      state: 'frozen',
      statistics: 'kept',
    },
    {
      name: 'logits',
      kind: 'dense',
      block: 'logits',
      outputShape: [2],
      parameters: 514,
      state: 'trainable',
      statistics: null,
    },
  ],
  parameters: { trainable: 514, frozen: 248 },
  environment: {
    thaw: '0.1.0',
    node: '24.0.0',
    tensorflow: '2.21.0',
    tensorflowOrigin: 'wheel',
    device: 'CPU',
    cpu: 'any',
    cores: 2,
    os: 'linux',
  },
};

function writeMetrics(log: Log, runId: string): void {
  const metrics = new MetricWriter(log, runId, () => undefined);
  for (let step = 1; step <= EPOCHS * STEPS_PER_EPOCH; step += 1) {
    const values = { loss: 1 / step, 'gradient_norm/conv1': step === 2 ? Infinity : step / 10 };
    metrics.pushStep({ step, epoch: Math.ceil(step / STEPS_PER_EPOCH), values });
  }
  for (let epoch = 1; epoch <= EPOCHS; epoch += 1) metrics.pushEpoch(epochMetrics(epoch), epoch < EPOCHS);
  metrics.close();
}

/** Folders as a trainer leaves them; what stands for tensors is any bytes. */
function writeCheckpoints(log: Log, runId: string): void {
  const folder = path.join(runDirectory(log.home, runId), 'checkpoints');
  for (const [kind, epoch] of [
    ['best', EPOCHS - 1],
    ['last', EPOCHS],
  ] as const) {
    const name = `step-${String(epoch * STEPS_PER_EPOCH).padStart(8, '0')}`;
    mkdirSync(path.join(folder, name), { recursive: true });
    writeFileSync(path.join(folder, name, 'checkpoint.index'), `index of ${name}`);
    writeFileSync(path.join(folder, name, 'checkpoint.data-00000-of-00001'), Buffer.alloc(10_000, epoch));
    const state = {
      schemaVersion: 1,
      epoch,
      step: epoch * STEPS_PER_EPOCH,
      partial: { steps: 0, images: 0, lossSum: 0, hits: 0, seconds: 0 },
      history: Array.from({ length: epoch }, (_, index) => epochMetrics(index + 1)),
      bestEpoch: EPOCHS - 1,
    };
    writeFileSync(path.join(folder, name, 'state.json'), JSON.stringify(state));
    writeCheckpoint(log, runId, {
      kind,
      epoch,
      step: state.step,
      path: path.join('checkpoints', name),
      bytes: 10_000,
    });
  }
  const [best, last] = [EPOCHS - 1, EPOCHS].map((epoch) => `step-${String(epoch * STEPS_PER_EPOCH).padStart(8, '0')}`);
  writeFileSync(path.join(folder, 'index.json'), JSON.stringify({ schemaVersion: 1, last, best }));
}

/**
 * Puts a run into a log that finished after three epochs of four steps, with all that one leaves behind, and its checkpoints
 * into its folder; no network computed anything for it.
 *
 * @returns its id
 */
export function logFinishedRun(log: Log, changes: Partial<TrainingPlan> = {}): string {
  const runId = createRun(log, samplePlan(changes), null);
  setStatus(log, runId, 'running');
  writeParts(log, runId, parts);
  writeMetrics(log, runId);
  writeCheckpoints(log, runId);
  writeProof(log, runId, [{ tensor: 'conv1/kernel', before: HASH, after: HASH }]);
  writeLine(log, runId, 'information', 'It begins <well> & ends "better"');
  const { result } = finishedRun();
  writeResult(log, runId, { ...result, bestEpoch: EPOCHS - 1, frozenTensors: 1, warnings: ['one image was left out'] });
  setStatus(log, runId, 'finished');
  releaseTrainerLock(log, runId);
  return runId;
}

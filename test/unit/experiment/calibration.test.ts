import { describe, expect, it } from 'vitest';
import { measuredRunsKey, readMeasuredRuns } from '../../../src/engine/experiment/calibration.ts';
import { openLog } from '../../../src/engine/experiment/log.ts';
import { MetricWriter } from '../../../src/engine/experiment/metric-writer.ts';
import { createRun } from '../../../src/engine/experiment/new-run.ts';
import { setStatus } from '../../../src/engine/experiment/run-life.ts';
import { writeParts, writeResult } from '../../../src/engine/experiment/run-writer.ts';
import { releaseTrainerLock } from '../../../src/engine/experiment/trainer-lock.ts';
import type { Environment, RunStatus } from '../../../src/shared/contract/run.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { samplePlan } from '../../support/training-plan.ts';

const MACHINE = { cpu: 'any', cores: 2 };
const ENVIRONMENT: Environment = {
  ...{ thaw: '0.1.0', node: '24.0.0', tensorflow: '2.21.0', tensorflowOrigin: 'wheel', device: 'CPU', os: 'linux' },
  ...MACHINE,
};

interface Lived {
  readonly seconds: readonly number[];
  readonly status?: RunStatus;
  readonly environment?: Partial<Environment>;
  readonly timings?: Readonly<Record<string, number>>;
}

/** Puts a run into the log as a trainer would tell it. */
function live(log: ReturnType<typeof openLog>, { seconds, status = 'finished', environment, timings }: Lived): string {
  const id = createRun(log, samplePlan(), null);
  releaseTrainerLock(log, id);
  setStatus(log, id, 'running');
  writeParts(log, id, {
    dataset: {
      root: '/p',
      classes: ['a', 'b', 'c'],
      train: 8,
      validation: 4,
      test: 1,
      version: 'cd'.repeat(32),
      skipped: [],
    },
    loadReport: null,
    layers: [],
    parameters: { trainable: 1, frozen: 1 },
    environment: { ...ENVIRONMENT, ...environment },
  });
  const metrics = new MetricWriter(log, id, () => undefined);
  const numbers = { loss: 1, accuracy: 0.5, val_loss: 1, val_accuracy: 0.5, learningRate: 0.01 };
  seconds.forEach((value, index) => metrics.pushEpoch({ epoch: index + 1, ...numbers, seconds: value }, index === 0));
  metrics.close();
  const train = seconds.reduce((sum, value) => sum + value, 0);
  writeResult(log, id, {
    ...{
      status,
      baseline: null,
      history: [],
      bestEpoch: 1,
      bestValAccuracy: 0.5,
      finalValAccuracy: 0.5,
      testAccuracy: null,
    },
    ...{ stoppedEarly: false, parameters: null, frozenUnchanged: true, frozenTensors: 0, weights: null, dataset: null },
    timings: { features: 3, evaluate: train / 2, train, ...timings },
    ...{ imagesPerSecond: 1, peakMemoryBytes: 1e9, warnings: [], error: null },
  });
  setStatus(log, id, status);
  return id;
}

function measured(...runs: readonly Lived[]): ReturnType<typeof readMeasuredRuns> {
  const log = openLog(temporaryFolder());
  for (const run of runs) live(log, run);
  const found = readMeasuredRuns(log, MACHINE, 10);
  log.close();
  return found;
}

describe('measured runs', () => {
  it('tell what an epoch usually takes, the first and the odd ones left out', () => {
    const [run] = measured({ seconds: [9, 2, 2.1, 50, 1.9, 2] });
    expect(run).toMatchObject({
      trainSeconds: 2,
      preparationSeconds: 3,
      peakMemoryBytes: 1e9,
      classes: 3,
      images: { train: 8, validation: 4, test: 1 },
      plan: samplePlan(),
    });
    expect(measured({ seconds: [9, 2] })[0]?.trainSeconds).toBe(2);
  });

  it('tell validation by the share it had in the last life of a resumed run', () => {
    const [run] = measured({ seconds: [4, 4, 4, 4], timings: { train: 8, evaluate: 2 } });
    expect(run?.evaluateSeconds).toBe(1);
  });

  it.each<readonly [string, Lived]>([
    ['stopped before a whole epoch', { seconds: [], status: 'stopped' }],
    ['failed', { seconds: [1, 1], status: 'failed' }],
    ['interrupted', { seconds: [1, 1], status: 'interrupted' }],
    ['ran on another processor', { seconds: [1, 1], environment: { cpu: 'other' } }],
    ['ran on more cores', { seconds: [1, 1], environment: { cores: 8 } }],
  ])('leave out one that %s', (_, run) => {
    expect(measured(run, { seconds: [2, 2] }).map(({ trainSeconds }) => trainSeconds)).toEqual([2]);
  });

  it('keep one that was stopped after whole epochs', () => {
    expect(measured({ seconds: [2, 2], status: 'stopped' })).toHaveLength(1);
  });

  it('are those of the TensorFlow and the device that were used last', () => {
    const older = { seconds: [1, 1], environment: { tensorflow: '2.9.0' } };
    const now = { seconds: [2, 2] };
    expect(measured(older, now, now).map(({ trainSeconds }) => trainSeconds)).toEqual([2, 2]);
    expect(measured(now, now, older).map(({ trainSeconds }) => trainSeconds)).toEqual([1]);
  });

  it('come with a key that changes when a run ends', () => {
    const log = openLog(temporaryFolder());
    const before = measuredRunsKey(log);
    expect(measuredRunsKey(log)).toBe(before);
    live(log, { seconds: [1] });
    expect(measuredRunsKey(log)).not.toBe(before);
    log.close();
  });
});

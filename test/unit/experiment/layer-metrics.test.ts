import { describe, expect, it } from 'vitest';
import { layerMetricKey, layerValues } from '../../../src/engine/experiment/layer-metrics.ts';
import { readLayerGauges } from '../../../src/engine/experiment/layer-metrics-reader.ts';
import { openLog } from '../../../src/engine/experiment/log.ts';
import { MetricWriter } from '../../../src/engine/experiment/metric-writer.ts';
import { createRun } from '../../../src/engine/experiment/new-run.ts';
import { writeParts } from '../../../src/engine/experiment/run-writer.ts';
import { readCurve, readSeries } from '../../../src/engine/experiment/series-reader.ts';
import { releaseTrainerLock } from '../../../src/engine/experiment/trainer-lock.ts';
import { expectError } from '../../support/expect-error.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { samplePlan } from '../../support/training-plan.ts';

const log = openLog(temporaryFolder());

function newRun(): string {
  const runId = createRun(log, samplePlan(), null);
  releaseTrainerLock(log, runId);
  const layer = { kind: 'conv2d', block: 'b', outputShape: [1], parameters: 1, statistics: null };
  writeParts(log, runId, {
    dataset: { root: '/', classes: [], train: 1, validation: 1, test: 0, version: 'v', skipped: [] },
    loadReport: null,
    layers: [
      { ...layer, name: 'mixed/branch', state: 'frozen' },
      { ...layer, name: 'conv1', state: 'trainable' },
      { ...layer, name: 'pool', state: 'trainable' },
    ],
    parameters: { trainable: 1, frozen: 1 },
    environment: { thaw: '', node: '', tensorflow: '', tensorflowOrigin: '', device: '', cpu: '', cores: 1, os: '' },
  });
  return runId;
}

const runId = newRun();
const metrics = new MetricWriter(log, runId, (error) => {
  throw error;
});
for (let step = 1; step <= 1000; step += 1) {
  metrics.pushStep({ epoch: 1, step, values: { loss: 1 / step } });
  if (step % 10 !== 0) continue;
  const layers = [
    { layer: 'conv1', gradientNorm: 100 / step, drift: step / 1000 },
    { layer: 'mixed/branch', gradientNorm: null, drift: 0 },
  ];
  metrics.pushStep({ epoch: 1, step, values: layerValues(layers) });
}
metrics.close();

describe('the figures of layers', () => {
  it('are the newest, in the order of the network, of layers that have any', () => {
    expect(readLayerGauges(log, runId)).toEqual([
      { layer: 'mixed/branch', state: 'frozen', step: 1000, gradientNorm: null, drift: 0 },
      { layer: 'conv1', state: 'trainable', step: 1000, gradientNorm: 0.1, drift: 1 },
    ]);
    expect(readLayerGauges(log, newRun())).toEqual([]);
  });

  it('are curves over the steps that were looked into', async () => {
    const key = layerMetricKey('weight_drift', 'conv1');
    const curve = await readCurve(log, runId, { by: 'step', maxPoints: 1000 }, key);
    expect([...curve.x]).toEqual(Array.from({ length: 100 }, (_, index) => 10 * (index + 1)));
    expect(curve.y[49]).toBe(0.5);
    const thinned = await readCurve(log, runId, { by: 'step', maxPoints: 20 }, key);
    expect(thinned.x.length).toBeLessThanOrEqual(20);
    expect([thinned.x.at(-1), thinned.points]).toEqual([1000, 100]);
  });

  it('leave the curves of the run as they are', async () => {
    const [loss] = await readSeries(log, runId, { by: 'step', keys: ['loss'], maxPoints: 5000 });
    expect(loss?.points).toBe(1000);
  });

  it('of a run that is not there are none', async () => {
    await expectError(() => readLayerGauges(log, 'nope'), 'run.unknown', 'nope');
  });
});

import type { LayerGauge } from '../../shared/contract/layer-metrics.ts';
import { layerMetricKey, type LayerMetric } from './layer-metrics.ts';
import type { Log } from './log.ts';
import { findRun } from './run-life.ts';
import { readLayers } from './run-parts-reader.ts';

interface Point {
  readonly step: number;
  readonly value: number | null;
}

/**
 * The newest figures of each layer with weights, in the network's order; empty for a run that did not look.
 *
 * @throws ThawError `run.unknown`
 */
export function readLayerGauges(log: Log, runId: string): LayerGauge[] {
  return log.read('read the layers', (database) => {
    const { number } = findRun(database, runId);
    // One look-up each: a run may have a million rows of its loss beside them.
    const newest = database.prepare<[number, string], Point>(
      `SELECT step, value FROM step_metric
       WHERE run = ? AND key = (SELECT number FROM metric_key WHERE name = ?) ORDER BY step DESC LIMIT 1`,
    );
    const of = (metric: LayerMetric, layer: string): Point | undefined =>
      newest.get(number, layerMetricKey(metric, layer));
    return readLayers(database, number).flatMap(({ name, state, parameters }) => {
      if (parameters === 0) return [];
      const [gradient, drift] = [of('gradient_norm', name), of('weight_drift', name)];
      const step = gradient?.step ?? drift?.step;
      if (step === undefined) return [];
      return [{ layer: name, state, step, gradientNorm: gradient?.value ?? null, drift: drift?.value ?? null }];
    });
  });
}

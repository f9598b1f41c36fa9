import type { LayerGauge } from '../../shared/contract/layer-metrics.ts';
import { layerMetricKey, type LayerMetric } from './layer-metrics.ts';
import type { Log } from './log.ts';
import { findRun } from './run-life.ts';
import { readLayers } from './run-parts-reader.ts';

interface Row {
  readonly name: string;
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
    // SQLite takes the columns beside one `max` from the row that it is in.
    const rows = database
      .prepare<[number], Row>(
        `SELECT metric_key.name AS name, max(step) AS step, value
         FROM step_metric JOIN metric_key ON metric_key.number = step_metric.key
         WHERE run = ? AND metric_key.name LIKE '%/%' GROUP BY step_metric.key`,
      )
      .all(number);
    const byKey = new Map(rows.map((row) => [row.name, row]));
    const of = (metric: LayerMetric, layer: string): Row | undefined => byKey.get(layerMetricKey(metric, layer));
    return readLayers(database, number).flatMap(({ name, state }) => {
      const [gradient, drift] = [of('gradient_norm', name), of('weight_drift', name)];
      const step = gradient?.step ?? drift?.step;
      if (step === undefined) return [];
      return [{ layer: name, state, step, gradientNorm: gradient?.value ?? null, drift: drift?.value ?? null }];
    });
  });
}

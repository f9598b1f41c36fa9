import type { Request, Response } from '../../shared/contract/endpoint.ts';
import { layerMetricKey, type LayerMetric } from '../experiment/layer-metrics.ts';
import { readLayerGauges } from '../experiment/layer-metrics-reader.ts';
import { readCurve } from '../experiment/series-reader.ts';
import type { ServiceContext } from './context.ts';

/** @throws ThawError `run.unknown` */
export function showLayers(context: ServiceContext, { runId }: Request<'runs.layers'>): Response<'runs.layers'> {
  return readLayerGauges(context.log, runId);
}

/** A layer without figures has curves without points. @throws ThawError `run.unknown` */
export async function readLayerSeries(
  context: ServiceContext,
  { runId, layer, maxPoints }: Request<'runs.layerSeries'>,
): Promise<Response<'runs.layerSeries'>> {
  if (context.refused.get(runId)) {
    const nothing = { x: new Float64Array(), y: new Float64Array(), points: 0 };
    return { gradientNorm: nothing, drift: nothing };
  }
  const curve = async (metric: LayerMetric): Promise<Response<'runs.layerSeries'>['drift']> => {
    const key = layerMetricKey(metric, layer);
    const { x, y, points } = await readCurve(context.log, runId, { by: 'step', maxPoints }, key);
    return { x, y, points };
  };
  return { gradientNorm: await curve('gradient_norm'), drift: await curve('weight_drift') };
}

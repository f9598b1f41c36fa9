/** What is kept of layers, every so many steps; the metric's key in the log is this and the layer: `gradient_norm/conv1`. */
const LAYER_METRICS = ['gradient_norm', 'weight_drift'] as const;
export type LayerMetric = (typeof LAYER_METRICS)[number];

export function layerMetricKey(metric: LayerMetric, layer: string): string {
  return `${metric}/${layer}`;
}

export function isLayerMetric(key: string): boolean {
  return LAYER_METRICS.some((metric) => key.startsWith(`${metric}/`));
}

/** The values of one step under their keys; what a layer does not have is left out. */
export function layerValues(
  layers: readonly { readonly layer: string; readonly gradientNorm: number | null; readonly drift: number | null }[],
): Record<string, number> {
  const values: Record<string, number> = {};
  for (const { layer, gradientNorm, drift } of layers) {
    if (gradientNorm !== null) values[layerMetricKey('gradient_norm', layer)] = gradientNorm;
    if (drift !== null) values[layerMetricKey('weight_drift', layer)] = drift;
  }
  return values;
}

import { z } from 'zod';

/** The newest figures of one layer with weights, of a run that looks into its steps. */
export const layerGauge = z.strictObject({
  layer: z.string(),
  state: z.enum(['frozen', 'trainable']),
  /** The step that they are of. */
  step: z.int(),
  /** L2 norm of the loss' gradient by all that learns in it, before clipping and decay; null where nothing does. */
  gradientNorm: z.number().nullable(),
  /** ‖w − w₀‖ / ‖w₀‖ since the first step; null where it cannot be told. */
  drift: z.number().nullable(),
});
export type LayerGauge = z.infer<typeof layerGauge>;

/** One layer's curve over the steps that were looked into, thinned as `metricSeries` is. */
export const layerSeries = z.strictObject({
  x: z.instanceof(Float64Array),
  y: z.instanceof(Float64Array),
  /** Points in the log. */
  points: z.int(),
});
export type LayerSeries = z.infer<typeof layerSeries>;

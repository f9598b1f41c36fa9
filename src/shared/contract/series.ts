import { z } from 'zod';

/** Metrics that are kept by step; those by epoch are Keras' too. */
export const SERIES_KEYS = ['loss', 'accuracy', 'val_loss', 'val_accuracy', 'learning_rate', 'seconds'] as const;
export type SeriesKey = (typeof SERIES_KEYS)[number];

/** One curve, thinned so that its shape is kept: `x` are steps or epochs, rising. */
export const metricSeries = z.strictObject({
  key: z.enum(SERIES_KEYS),
  x: z.instanceof(Float64Array),
  y: z.instanceof(Float64Array),
  /** Points in the log within the range that was asked for. */
  points: z.int(),
});
export type MetricSeries = z.infer<typeof metricSeries>;

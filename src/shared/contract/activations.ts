import { z } from 'zod';
import { checkpointChoice } from './checkpoint.ts';
import { weightsReference } from './plan-request.ts';

/** What the values of one channel of a layer's output are like, over all places of the image. */
export const channelStatistics = z.strictObject({
  mean: z.number(),
  standardDeviation: z.number(),
  minimum: z.number(),
  maximum: z.number(),
  /** The share of values that are 0, such as those that a ReLU let not through. */
  zeros: z.number(),
});
export type ChannelStatistics = z.infer<typeof channelStatistics>;

/** Whose layer: that of a run's checkpoint, the best one unless another is named, or of a network with weights. */
export const activationsSource = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('run'), runId: z.string().min(1), checkpoint: checkpointChoice.optional() }),
  z.strictObject({
    kind: z.literal('network'),
    /** A name of the registry. */
    network: z.string().min(1),
    /** What ships, where it is left out. */
    weights: weightsReference.optional(),
  }),
]);
export type ActivationsSource = z.infer<typeof activationsSource>;

/** What a layer makes of one image. */
export const activations = z.strictObject({
  /** Of the registry. */
  network: z.string(),
  layer: z.string(),
  /** As it was given; the name of a granted file. */
  path: z.string(),
  /** Without the batch: [height, width, channels], or [features]. */
  shape: z.array(z.int()),
  /** By channel, the last dimension; one alone for an output of a single dimension. */
  channels: z.array(channelStatistics),
  /** All values in row-major order; null unless asked for. */
  values: z.instanceof(Float32Array).nullable(),
});
export type Activations = z.infer<typeof activations>;

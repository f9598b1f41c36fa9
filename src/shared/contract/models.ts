import { z } from 'zod';
import { networkSummary } from './network-summary.ts';
import { weightsReference } from './plan-request.ts';

/**
 * What pixels from 0 to 255 become before a network takes them: `signed` -1 to 1, `unit` 0 to 1, `raw` 0 to 255, `caffe` and
 * `imagenet` as networks of these trainings want them.
 */
export const PIXEL_RANGES = ['signed', 'unit', 'raw', 'caffe', 'imagenet'] as const;
export type PixelRange = (typeof PIXEL_RANGES)[number];

/** A file of a whole model, and what it does not say of the images that it wants. */
export const modelRequest = z.strictObject({
  file: weightsReference,
  /** Height and width, where the model takes any. */
  size: z.int().min(1).max(1024).optional(),
  /** What is left out is as the model itself scales pixels; where it does not, from -1 to 1. */
  pixels: z.enum(PIXEL_RANGES).optional(),
  /** Of a TensorFlow graph that has several: a tensor, a node, or what its signature calls it. */
  input: z.string().min(1).max(1024).optional(),
  output: z.string().min(1).max(1024).optional(),
});

/** A network that came from a file, as it was opened last. */
export const openedModel = z.strictObject({
  network: networkSummary,
  /** What its author called it. */
  title: z.string(),
  /** Values of its own classifier, which a training replaces. */
  classes: z.int(),
  /** Where its weights are. */
  file: z.strictObject({ grantId: z.string(), name: z.string(), path: z.string(), exists: z.boolean() }),
  /** As it was asked for; null for what the model says, or what is usual. */
  pixels: z.enum(PIXEL_RANGES).nullable(),
  /** As they were asked for; null for what the file says, or what is usual. */
  size: z.int().nullable(),
  input: z.string().nullable(),
  output: z.string().nullable(),
  /** Milliseconds since 1970, UTC. */
  openedAt: z.int(),
});
export type OpenedModel = z.infer<typeof openedModel>;

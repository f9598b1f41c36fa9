import { z } from 'zod';
import { weightsReference } from './plan.ts';

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
});

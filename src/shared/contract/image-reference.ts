import { z } from 'zod';

/**
 * An image to predict: a path of the user's own command line, or what a window may name. A folder stands for all images
 * in it; the `grantId` of a granted image is its `imageId` too.
 */
export const imageReference = z.union([
  z.string().min(1),
  z.strictObject({ grantId: z.string().min(1) }),
  z.strictObject({ imageId: z.string().min(1) }),
]);
export type ImageReference = z.infer<typeof imageReference>;

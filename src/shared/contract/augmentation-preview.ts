import { z } from 'zod';

export const MOST_PREVIEWED = 4;
export const MOST_PREVIEWS = 8;

/** Images as they are, and as a plan's augmentation makes them. */
export const augmentationPreview = z.strictObject({
  /** Of the network's input. */
  height: z.int(),
  width: z.int(),
  /** As they were named; the relative paths of a dataset's images. */
  paths: z.array(z.string()),
  /** [images, height, width, 3], row-major: as the network is given them when nothing is augmented. */
  plain: z.instanceof(Uint8Array),
  /** [images, previews, height, width, 3], row-major. */
  augmented: z.instanceof(Uint8Array),
});
export type AugmentationPreview = z.infer<typeof augmentationPreview>;

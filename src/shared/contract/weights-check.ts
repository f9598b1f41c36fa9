import { z } from 'zod';

/** What a network with a file's weights makes of an image. */
export const checkedImage = z.strictObject({
  /** As it was given. */
  path: z.string(),
  /** Most probable first, by the file's own classifier; empty where it has none, or the image could not be read. */
  classes: z.array(z.strictObject({ index: z.int(), name: z.string().nullable(), probability: z.number() })),
  /** Of the last layer's output; null where the image could not be read. */
  output: z.strictObject({ mean: z.number(), standardDeviation: z.number() }).nullable(),
  problem: z.string().nullable(),
});
export type CheckedImage = z.infer<typeof checkedImage>;

export const weightsCheck = z.strictObject({
  network: z.string(),
  path: z.string(),
  format: z.string(),
  loaded: z.int(),
  unexpected: z.int(),
  /** Of the file's own classifier; null where it has none. */
  classes: z.int().nullable(),
  images: z.array(checkedImage),
});
export type WeightsCheck = z.infer<typeof weightsCheck>;

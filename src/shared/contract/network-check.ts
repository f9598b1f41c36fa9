import { z } from 'zod';

/** A network beside its reference, computed in one way. */
export const networkCheckMode = z.strictObject({
  /** Whether BatchNorms were folded into the convolutions before them. */
  folded: z.boolean(),
  /** Outputs on the way that were compared; of what is folded away there is none. */
  checkpoints: z.int(),
  /** The largest distance found, at most 1 where all are equal; null where shapes differ or a value is no number. */
  farthest: z.number().nullable(),
  /** The first output, in the network's order, that is another: its name in the reference, the layer, how far. */
  firstDifference: z
    .strictObject({ checkpoint: z.string(), layer: z.string(), distance: z.number().nullable() })
    .nullable(),
});
export type NetworkCheckMode = z.infer<typeof networkCheckMode>;

/** Whether a network computes what its publisher's code does. */
export const networkCheck = z.strictObject({
  /** Of the registry. */
  network: z.string(),
  framework: z.string(),
  /** What the framework calls it. */
  publishedAs: z.string(),
  /** Tensors of the reference, all of which the network has under the same names and shapes. */
  tensors: z.int(),
  modes: z.array(networkCheckMode),
  equal: z.boolean(),
});
export type NetworkCheck = z.infer<typeof networkCheck>;

import { z } from 'zod';

export const listedTensor = z.strictObject({
  /** As Thaw calls it: `<layer>/<role>` where the file tells both. */
  name: z.string(),
  /** As the file itself calls it. */
  storedName: z.string(),
  /** As the file has it. */
  shape: z.array(z.int()),
  /** As NumPy names it, or `bfloat16`. */
  dtype: z.string(),
  bytes: z.int(),
  /** False for counters and for what an optimizer keeps beside the weights. */
  weight: z.boolean(),
});

/** What a weight file says of itself, before any of its values is read. */
export const weightsListing = z.strictObject({
  path: z.string(),
  format: z.string(),
  /** Who names and lays out the tensors; null where the format leaves that open. */
  framework: z.enum(['keras', 'tensorflow', 'torch']).nullable(),
  /** Of all its files together. */
  bytes: z.int(),
  tensors: z.array(listedTensor),
});
export type WeightsListing = z.infer<typeof weightsListing>;

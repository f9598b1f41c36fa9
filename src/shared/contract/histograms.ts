import { z } from 'zod';

/** How the values of a tensor were spread at a step. */
export const stepHistogram = z.strictObject({
  step: z.int().min(1),
  epoch: z.int().min(1),
  /** The least and the greatest value. */
  low: z.number(),
  high: z.number(),
  /** Of equal parts of the way from `low` to `high`. */
  counts: z.instanceof(Uint32Array),
});
export type StepHistogram = z.infer<typeof stepHistogram>;

/** Those of one tensor of the head, or of the `logits` of a step's batch, over the steps; of long runs some are left out. */
export const tensorHistograms = z.strictObject({ tensor: z.string(), steps: z.array(stepHistogram) });
export type TensorHistograms = z.infer<typeof tensorHistograms>;

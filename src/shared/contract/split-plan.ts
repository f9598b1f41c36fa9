import { z } from 'zod';

export const MOST_FOLDS = 100;

/**
 * Which images train, validate and test; always by their content, so that adding files moves no image. `given`: as the
 * dataset says; where it brings no validation, the validation share of each class is held out of its training images.
 * `share`: anew, whatever it says; its tests are kept as they are where `testShare` is 0. `folds`: training and validation
 * images fall into so many parts, of which one validates; its tests are kept.
 */
export const splitPlan = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('given') }),
  z.strictObject({ kind: z.literal('share'), testShare: z.number().min(0).lt(1) }),
  z.strictObject({
    kind: z.literal('folds'),
    folds: z.int().min(2).max(MOST_FOLDS),
    /** Counted from 1. */
    fold: z.int().min(1).max(MOST_FOLDS),
  }),
]);
export type SplitPlan = z.infer<typeof splitPlan>;

/** An expression over an image's path: images in which its first group, or all of it, finds the same stay together. */
export const groupPattern = z.string().min(1).max(500);

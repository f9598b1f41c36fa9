import { z } from 'zod';
import { freezeRule, PRECISIONS, trainingPlan } from './plan.ts';
import { datasetReference, weightsReference } from './plan-request.ts';
import { preprocessingPlan } from './preprocessing-plan.ts';
import { skippedImage } from './run.ts';

/**
 * Whether a name is that of a network of which nothing is known but the features that its lower part gave:
 * `features_1280`, `features_7x7x512`. It can be trained and cannot look at images.
 */
export function isFeatureNetwork(name: string): boolean {
  return /^features_\d{1,9}(?:x\d{1,9}){0,2}$/.test(name);
}

/** Where a features file is written: a path of the user's own command line, or a name in a granted folder. */
export const featuresOutput = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('file'), path: z.string().min(1) }),
  z.strictObject({
    kind: z.literal('granted'),
    /** Of a folder. */
    grantId: z.string().min(1),
    name: z
      .string()
      .max(255)
      .regex(/^[^/\\\0]+\.npz$/),
  }),
]);

/** What features are taken of, and where in the network; what is left out is as in a plan of the strategy `features`. */
export const featuresRequest = z.strictObject({
  /** Class folders as for training, or any folder of images: those outside of class folders are unlabelled. */
  dataset: datasetReference.optional(),
  network: z.string().min(1).optional(),
  weights: weightsReference.optional(),
  /** Over the strategy `features`: what they leave frozen at the bottom is what features are taken above. */
  rules: z.array(freezeRule).max(500).optional(),
  /** The layer whose output is taken, instead of rules. */
  layer: z.string().min(1).optional(),
  /** How images are prepared where that is not the network's own way. */
  preprocessing: preprocessingPlan.partial().nullable().optional(),
  /** What the layers below compute in. */
  precision: z.enum(PRECISIONS).optional(),
  device: trainingPlan.shape.device.optional(),
  output: featuresOutput,
});
export type FeaturesRequest = z.infer<typeof featuresRequest>;

export const featuresResult = z.strictObject({
  path: z.string(),
  bytes: z.int(),
  network: z.string(),
  /** One for each tensor that leaves the part of the network below; shapes are those of one image. */
  arrays: z.array(z.strictObject({ name: z.string(), layer: z.string(), shape: z.array(z.int()) })),
  /** Images in the file. */
  images: z.int(),
  /** Of these, images that have a class. */
  labelled: z.int(),
  classes: z.array(z.string()),
  /** Images whose features were cached before. */
  reused: z.int(),
  skipped: z.array(skippedImage),
  warnings: z.array(z.string()),
});
export type FeaturesResult = z.infer<typeof featuresResult>;

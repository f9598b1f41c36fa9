import { z } from 'zod';
import { imageReference } from './image-reference.ts';
import { LONGEST_CLASS_NAME } from './dataset-edits.ts';

/** As many predicted images as are given labels at once. */
export const MOST_CORRECTED = 1000;

export const correctLabelsRequest = z.strictObject({
  /** An opened dataset: what the corrections flow into. */
  datasetId: z.string().min(1),
  corrections: z
    .array(z.strictObject({ image: imageReference, class: z.string().min(1).max(LONGEST_CLASS_NAME) }))
    .min(1)
    .max(MOST_CORRECTED),
});
export type CorrectLabelsRequest = z.infer<typeof correctLabelsRequest>;

/** What became of corrected images: images of the dataset get another class, as one step that can be taken back; others are copied into it. */
export const correctedLabels = z.strictObject({
  datasetId: z.string(),
  relabelled: z.int(),
  /** Images that are new to the dataset, by their places in it. */
  added: z.array(z.string()),
  /** Images that the dataset had already, under the class that was given. */
  unchanged: z.int(),
});
export type CorrectedLabels = z.infer<typeof correctedLabels>;

export const correctLabelsEndpoints = {
  'predictions.correct': { request: correctLabelsRequest, response: correctedLabels },
} as const;

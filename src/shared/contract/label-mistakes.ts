import { z } from 'zod';
import { datasetReference, weightsReference } from './plan-request.ts';

/** As many suspects as one answer names. */
export const MOST_SUSPECTS = 1000;

/** What the search is told of with, as the `detail` of its progress. */
export const LABEL_STEPS = { features: 'taking features', judging: 'judging labels' } as const;

/** Whose features tell the images apart: those of a run's frozen network, or of a network with weights. */
const seenBy = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('run'), runId: z.string().min(1) }),
  z.strictObject({ kind: z.literal('network'), network: z.string().min(1), weights: weightsReference.optional() }),
]);

export const labelMistakesRequest = z.strictObject({
  dataset: datasetReference,
  by: seenBy,
  /** Each part is judged by a classifier that was trained on the others; 5 where it is left out. */
  folds: z.int().min(2).max(20).optional(),
  seed: z
    .int()
    .min(0)
    .max(2 ** 31 - 1)
    .optional(),
  limit: z.int().min(1).max(MOST_SUSPECTS),
  taskId: z.string().min(1).max(100).optional(),
});
export type LabelMistakesRequest = z.infer<typeof labelMistakesRequest>;

export const labelSuspect = z.strictObject({
  path: z.string(),
  imageId: z.string(),
  label: z.string(),
  labelProbability: z.number(),
  suggested: z.string(),
  suggestedProbability: z.number(),
});
export type LabelSuspect = z.infer<typeof labelSuspect>;

/** Images whose label a model disagrees with that never saw them, the least believable label first. */
export const labelMistakes = z.strictObject({
  datasetId: z.string(),
  /** Of the dataset, as it was looked at. */
  version: z.string(),
  network: z.string(),
  folds: z.int(),
  images: z.int(),
  /** Of all images, each judged by the classifier that did not see it. */
  accuracy: z.number(),
  /** So many are labelled as another class than the one that is suggested. */
  disagreed: z.int(),
  suspects: z.array(labelSuspect),
  warnings: z.array(z.string()),
});
export type LabelMistakes = z.infer<typeof labelMistakes>;

export const labelMistakeEndpoints = {
  'dataset.labelMistakes': { request: labelMistakesRequest, response: labelMistakes },
} as const;

import { z } from 'zod';
import { checkpointChoice } from './checkpoint.ts';
import { MOST_COMPARED } from './compare.ts';
import { SPLITS } from './splits.ts';

/** What each run's opinion counts, in their order; alike where it is left out. */
const opinions = z.array(z.number().min(0).max(1e6)).min(2).max(MOST_COMPARED);

/** Runs whose predictions are averaged. */
export const ensembleRequest = z.strictObject({
  runIds: z.array(z.string().min(1)).min(2).max(MOST_COMPARED),
  /** `validation` where it is left out. */
  split: z.enum(SPLITS).optional(),
  weights: opinions.optional(),
});
export type EnsembleRequest = z.infer<typeof ensembleRequest>;

/** How well images were told apart. */
const ensembleFigures = z.strictObject({
  accuracy: z.number(),
  /** The mean of -ln of the probability of the image's own class, which counts no less than 1e-7, as in Keras. */
  logLoss: z.number(),
});
export type EnsembleFigures = z.infer<typeof ensembleFigures>;

export const ensemble = z.strictObject({
  split: z.enum(SPLITS),
  /** By name, in the order of the first run. */
  classes: z.array(z.string()),
  /** Those that every run was evaluated on, under one label: what all figures are of. */
  images: z.int(),
  /** Images that some of the runs were not evaluated on, or know by another label. */
  leftOut: z.int(),
  /** In the order of the request. */
  runs: z.array(ensembleFigures.extend({ runId: z.string(), name: z.string(), weight: z.number() })),
  /** Of the mean of the runs' probabilities. */
  mean: ensembleFigures,
});
export type Ensemble = z.infer<typeof ensemble>;

/** Runs that look at images together, each by its best checkpoint unless another is named. */
export const togetherRequest = z.strictObject({
  runs: z
    .array(z.strictObject({ runId: z.string().min(1), checkpoint: checkpointChoice.optional() }))
    .min(2)
    .max(MOST_COMPARED),
  weights: opinions.optional(),
});

import { z } from 'zod';
import { openedStructure } from './dataset-structure.ts';
import { datasetView } from './dataset-view.ts';
import { FINDINGS } from './findings.ts';
import { SPLITS } from './splits.ts';

const foundImage = z.strictObject({
  imageId: z.string(),
  path: z.string(),
  /** null where no class is known. */
  className: z.string().nullable(),
  split: z.enum(SPLITS).nullable(),
  /** In pixels, upright; null where it does not decode. */
  size: z.strictObject({ width: z.int(), height: z.int() }).nullable(),
  /** What was found of this one, for people: why it does not decode, its size; null where the finding says it all. */
  detail: z.string().nullable(),
});
export type FoundProblem = z.infer<typeof foundImage>;

export const healthFinding = z.strictObject({
  kind: z.enum(FINDINGS),
  /** `problem`: figures of training will be wrong. `warning`: worth a look. `information`: handled, and said. */
  severity: z.enum(['problem', 'warning', 'information']),
  /** One sentence for people. */
  message: z.string(),
  /** The images, in groups of those that are found together, as copies are. */
  groups: z.array(z.array(foundImage)),
  /** What `dataset.mend` does about all of it, for people; null where it can do nothing. */
  mend: z.string().nullable(),
});
export type HealthFinding = z.infer<typeof healthFinding>;

/** So many bins tell how figures lie without a chart of their own. */
export const SPREAD_BINS = 24;

/** The least, the median and the most; `counts` are of bins from the least to the most that grow by one factor. */
const spread = z.strictObject({
  least: z.number(),
  median: z.number(),
  most: z.number(),
  counts: z.array(z.int()).length(SPREAD_BINS),
});

export const datasetHealth = z.strictObject({
  name: z.string(),
  root: z.string(),
  structure: openedStructure,
  classes: datasetView.shape.classes,
  counts: datasetView.shape.counts,
  unlabelled: z.int(),
  /** Largest over smallest class; null where there are no classes. */
  imbalance: z.number().nullable(),
  /** Of the images that decode, upright, in pixels; null where none does. */
  sizes: z.strictObject({ width: spread, height: spread, aspectRatio: spread }).nullable(),
  /** How many images are of each format, by its name. */
  formats: z.record(z.string(), z.int()),
  /** How many images are grey, coloured, or in the four inks of print, and how many of all have transparency. */
  channels: z.strictObject({ grey: z.int(), colour: z.int(), cmyk: z.int(), transparent: z.int() }),
  bytes: z.number(),
  findings: z.array(healthFinding),
  /** What was decided of its images beside what the folder says, in words; null where nothing was. */
  edits: datasetView.shape.edits.shape.words,
  /** Files that are not used, with the reason. */
  skipped: datasetView.shape.skipped,
});
export type DatasetHealth = z.infer<typeof datasetHealth>;

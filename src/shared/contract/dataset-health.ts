import { z } from 'zod';
import { openedStructure } from './dataset-structure.ts';
import { datasetView, SPLITS } from './dataset-view.ts';

/**
 * What may be wrong with a dataset. `leaks`: images of one content in several splits. `conflicts`: of one content in several
 * classes. `duplicates`: of one content in one class and split. `nearLeaks` and
 * `nearDuplicates`: not of one content, but showing the same, resized, compressed again or turned round. `corrupt`: files that are images and do not decode.
 * `uniform`: of hardly more than one colour. `tiny`, `elongated`: of a size that a network sees little of. `transparent`:
 * laid over white. `channels`: grey images among coloured ones, or the other way round. `imbalance`: the images of the
 * smallest class.
 */
export const FINDINGS = [
  'leaks',
  'conflicts',
  'nearLeaks',
  'corrupt',
  'duplicates',
  'nearDuplicates',
  'uniform',
  'tiny',
  'elongated',
  'channels',
  'transparent',
  'imbalance',
] as const;

const foundImage = z.strictObject({
  imageId: z.string(),
  path: z.string(),
  /** null where no class is known. */
  className: z.string().nullable(),
  split: z.enum(SPLITS).nullable(),
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
});
export type HealthFinding = z.infer<typeof healthFinding>;

/** The least, the median and the most. */
const spread = z.strictObject({ least: z.number(), median: z.number(), most: z.number() });

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
  /** Files that are not used, with the reason. */
  skipped: datasetView.shape.skipped,
});
export type DatasetHealth = z.infer<typeof datasetHealth>;

import { z } from 'zod';
import { editSummary } from './dataset-edits.ts';
import { datasetStructure, openedStructure } from './dataset-structure.ts';
import { datasetSource } from './plan.ts';
import { skippedImage } from './run.ts';
import { SPLITS } from './splits.ts';

export { SPLITS } from './splits.ts';

const splitCounts = z.strictObject({ train: z.int(), validation: z.int(), test: z.int() });

/** What a features file holds in place of images. */
const givenFeatures = z.strictObject({
  /** The network that they were taken from; `features_1280` where nothing but the features is known. */
  network: z.string(),
  /** One for each tensor that left the network there, with the shape of one image's; `name` is null where no layer is known. */
  layers: z.array(z.strictObject({ name: z.string().nullable(), shape: z.array(z.int()) })),
  bytes: z.int(),
  /** Rows that have no class and are left out. */
  unlabelled: z.int(),
});

/** A dataset as the window shows it. `datasetId` holds as long as the engine runs; opening the folder again gives it again. */
export const datasetView = z.strictObject({
  datasetId: z.string(),
  source: datasetSource,
  /** The folder's name, or that of the sample. */
  name: z.string(),
  root: z.string(),
  /** null for features. */
  structure: openedStructure.nullable(),
  /** Sorted by code point, as training sorts them; none where no class is known of any image. */
  classes: z.array(z.strictObject({ name: z.string(), counts: splitCounts })),
  counts: splitCounts,
  /** Images of a folder that says no classes; 0 where there are classes. */
  unlabelled: z.int(),
  /** Where the validation images come from: a folder of their own, or a share of the training images by content. */
  validation: z.enum(['given', 'share']),
  skipped: z.array(skippedImage),
  /** Of the images as they are used, what was decided of them with them. */
  version: z.string(),
  edits: editSummary,
  /** Those in use, sorted by name in code-point order. */
  tags: z.array(z.strictObject({ name: z.string(), count: z.int() })),
  /** Of features that were computed before: their images cannot be listed or seen. null for a folder of images. */
  features: givenFeatures.nullable(),
});
export type DatasetView = z.infer<typeof datasetView>;

/** An image of an opened dataset, or one that was granted: what hosts hand out instead of paths. */
export const imageEntry = z.strictObject({
  imageId: z.string(),
  /** Relative to the dataset's root, with `/`; for people. */
  path: z.string(),
  /** -1 where no class is known, and no split then. */
  classIndex: z.int(),
  split: z.enum(SPLITS).nullable(),
  bytes: z.int(),
  /** Left out of training, validation and tests; its class may be one that has no other images and so no index. */
  excluded: z.boolean(),
  tags: z.array(z.string()),
  /** What the folder says, where it was given another class; `''` where the folder says none. null where it was not. */
  originalClass: z.string().nullable(),
  /** The class as it stands where anything was decided of the image, also one that has no index; null elsewhere. */
  decidedClass: z.string().nullable(),
  /** Whether anything was decided of it: its class, its split, its tags, or that it is left out. */
  edited: z.boolean(),
});
export type ImageEntry = z.infer<typeof imageEntry>;

export const imagePage = z.strictObject({ total: z.int(), images: z.array(imageEntry) });
export type ImagePage = z.infer<typeof imagePage>;

/** An encoded picture, upright, at most so many pixels wide and high; `width` and `height` are those of the file. */
export const imageBytes = z.strictObject({
  mediaType: z.enum(['image/jpeg', 'image/png', 'image/webp']),
  bytes: z.instanceof(Uint8Array),
  width: z.int(),
  height: z.int(),
});
export type ImageBytes = z.infer<typeof imageBytes>;

export const recentDataset = z.strictObject({
  /** Opens it again: a grant of what was granted before. */
  grantId: z.string(),
  name: z.string(),
  root: z.string(),
  /** How it was said to be laid out when it was opened last; left out where that is recognised. */
  structure: datasetStructure.optional(),
  openedAt: z.int(),
  /** False where the folder has gone. */
  exists: z.boolean(),
});
export type RecentDataset = z.infer<typeof recentDataset>;

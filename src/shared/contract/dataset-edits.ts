import { z } from 'zod';
import { FINDINGS, MENDABLE } from './findings.ts';
import { SPLITS } from './splits.ts';

/** More images than one request names by their ids; a filter names any number. */
const MOST_NAMED = 200_000;
export const LONGEST_CLASS_NAME = 200;
export const LONGEST_TAG = 60;

/** For people: a class or a tag as it is typed, without control characters and without space around it. */
const typedName = (longest: number): z.ZodString =>
  z
    .string()
    .min(1)
    .max(longest)
    .regex(/^[^\s\p{Cc}\p{Cs}](?:[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}]*[^\s\p{Cc}\p{Cs}])?$/u);

/**
 * What was decided of one image of a dataset beside what its folder says; the files stay as they are. A field that is left out
 * is as the folder has it.
 */
export const imageEdit = z.strictObject({
  /** Relative to the dataset's root, with `/`. */
  path: z.string().min(1),
  className: typedName(LONGEST_CLASS_NAME).optional(),
  /** The split that it keeps, however the others are divided. */
  split: z.enum(SPLITS).optional(),
  /** True where it is left out of training, validation and tests. */
  excluded: z.boolean().optional(),
  /** In code-point order, each once. */
  tags: z.array(typedName(LONGEST_TAG)).optional(),
});
export type ImageEdit = z.infer<typeof imageEdit>;

/** What is changed of images, all of them alike; `reset` takes back all that was decided of them. */
export const datasetChange = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('class'), className: typedName(LONGEST_CLASS_NAME) }),
  z.strictObject({ kind: z.literal('exclude'), excluded: z.boolean() }),
  z.strictObject({ kind: z.literal('tag'), tag: typedName(LONGEST_TAG), on: z.boolean() }),
  /** null gives the image back to the division of the others. */
  z.strictObject({ kind: z.literal('split'), split: z.enum(SPLITS).nullable() }),
  z.strictObject({ kind: z.literal('reset') }),
]);
export type DatasetChange = z.infer<typeof datasetChange>;

/** Which of a dataset's images are meant; what is left out restricts nothing. */
export const imageFilter = z.strictObject({
  classIndex: z.int().min(0).optional(),
  split: z.enum(SPLITS).optional(),
  tag: z.string().min(1).max(LONGEST_TAG).optional(),
  /** Whether anything was decided of it. */
  edited: z.boolean().optional(),
  /** Excluded images alone, beside the others, or not at all, as where it is left out. */
  excluded: z.enum(['only', 'with', 'without']).optional(),
  /** Those that the last `dataset.inspect` found it of, as the dataset stands now; none where it was not asked for yet. */
  finding: z.enum(FINDINGS).optional(),
});
export type ImageFilter = z.infer<typeof imageFilter>;

/**
 * Images by their ids, or all that pass a filter; where a `version` is said, of the dataset as it was then, since its classes
 * have other places and other images may pass once it is another.
 */
const imageSelection = z.union([
  z.strictObject({ imageIds: z.array(z.string().min(1)).min(1).max(MOST_NAMED) }),
  z.strictObject({ filter: imageFilter, version: z.string().optional() }),
]);
export type ImageSelection = z.infer<typeof imageSelection>;

export const datasetEditRequest = z.strictObject({
  datasetId: z.string().min(1),
  images: imageSelection,
  change: datasetChange,
});

export const datasetMendRequest = z.strictObject({
  datasetId: z.string().min(1),
  finding: z.enum(MENDABLE),
  /** Any image of each group that is meant; all groups where it is left out. */
  imageIds: z.array(z.string().min(1)).min(1).max(MOST_NAMED).optional(),
});

/** What was decided of a dataset's images, and the steps that may be taken back or made again. */
export const editSummary = z.strictObject({
  /** Of how many images something was decided. */
  images: z.int(),
  relabelled: z.int(),
  excluded: z.int(),
  /** Kept in a split. */
  moved: z.int(),
  tagged: z.int(),
  /** For people, as `3 images relabelled, 1 excluded`; null where nothing was decided. */
  words: z.string().nullable(),
  /** What the last step did, in words, as `Move 3 images to 'dog'`; null where there is none to take back. */
  undo: z.string().nullable(),
  redo: z.string().nullable(),
});
export type EditSummary = z.infer<typeof editSummary>;

/** Every decision about a folder's images, by path in code-point order. */
export const datasetEdits = z.strictObject({
  root: z.string(),
  summary: editSummary,
  edits: z.array(imageEdit),
});
export type DatasetEdits = z.infer<typeof datasetEdits>;

import { z } from 'zod';
import { datasetStructure } from './dataset-structure.ts';
import { SPLITS } from './dataset-view.ts';

/** What a structure makes of a folder, before any image of it is read. */
export const structureOutline = z.strictObject({
  structure: datasetStructure,
  /** For people, one sentence. */
  words: z.string(),
  notes: z.array(z.string()),
  /** Images that have a class, or all where the structure knows none. */
  images: z.int(),
  /** How many classes there are. */
  classes: z.int(),
  /** The classes with the most images, those first. */
  largest: z.array(z.strictObject({ name: z.string(), images: z.int() })),
  /** The splits that it brings. */
  splits: z.array(z.enum(SPLITS)),
  /** Files named as images that it has no class for. */
  left: z.int(),
  /** The first files, and what they are taken for: null where there is no class. */
  examples: z.array(z.strictObject({ path: z.string(), className: z.string().nullable() })),
});
export type StructureOutline = z.infer<typeof structureOutline>;

/** What a pattern keeps together of a dataset's images. */
export const groupOutline = z.strictObject({
  groups: z.int(),
  /** Images that are in none: each is divided by itself. */
  alone: z.int(),
  /** The first groups, each with its first images. */
  examples: z.array(z.strictObject({ name: z.string(), images: z.int(), paths: z.array(z.string()) })),
});
export type GroupOutline = z.infer<typeof groupOutline>;

import { z } from 'zod';

export const FILE_KINDS = ['folder', 'image', 'weights', 'features', 'run', 'other'] as const;

/**
 * A file or folder that the window may name by `grantId` instead of by its path: given by a dialog, by a drop, by
 * `files.browse` under the roots that the host allows, or by `files.upload`. A grant ends with the engine. That of an image
 * is its `imageId` too.
 */
export const fileEntry = z.strictObject({ grantId: z.string(), name: z.string(), kind: z.enum(FILE_KINDS) });
export type FileEntry = z.infer<typeof fileEntry>;

/** One folder under an allowed root; `entry` is null for the list of roots. */
export const folderListing = z.strictObject({
  entry: fileEntry.nullable(),
  /** The folder above; null at a root. */
  parent: fileEntry.nullable(),
  /** Folders first, each part sorted by code point; hidden ones are left out. */
  entries: z.array(fileEntry),
  /** How many entries were left out for being too many. */
  leftOut: z.int(),
});
export type FolderListing = z.infer<typeof folderListing>;

import path from 'node:path';
import type { SkippedImage } from '../../../shared/contract/run.ts';
import { ThawError } from '../../../shared/errors/thaw-error.ts';
import type { Split } from '../dataset.ts';
import { listClassFiles } from '../dataset-files.ts';
import { foldersOf, splitLayout, type Base, type FolderEntry } from './folder-layout.ts';
import { OUTSIDE_OF_CLASSES, type ListedFile, type StructureListing } from './listing.ts';

async function listClasses(
  base: Base,
  split: Split,
  folders: readonly FolderEntry[],
  signal: AbortSignal | undefined,
): Promise<{ readonly files: readonly ListedFile[]; readonly refused: readonly SkippedImage[] }> {
  const files: ListedFile[] = [];
  const refused: SkippedImage[] = [];
  for (const folder of folders) {
    signal?.throwIfAborted();
    const listed = await listClassFiles(base.root, folder.realPath, folder.path);
    for (const file of listed.files) files.push({ ...file, split, className: folder.name });
    for (const one of listed.refused) refused.push(one);
  }
  return { files, refused };
}

const outsideOf = (entries: readonly FolderEntry[]): StructureListing['outside'] =>
  entries.map((entry) => ({ entry, reason: OUTSIDE_OF_CLASSES }));

/** A folder for each class. */
export async function listClassFolders(base: Base, signal: AbortSignal | undefined): Promise<StructureListing> {
  const folders = foldersOf(base.entries);
  const { files, refused } = await listClasses(base, 'train', folders, signal);
  return {
    classNames: folders.map(({ name }) => name),
    files,
    contained: [],
    outside: outsideOf(base.entries.filter((entry): entry is FolderEntry => entry.kind === 'file')),
    refused: [
      ...base.entries.flatMap((entry) =>
        entry.kind === 'refused' ? [{ path: entry.path, reason: entry.reason }] : [],
      ),
      ...refused,
    ],
    splits: new Set(),
    words: `A folder for each class${base.path === '' ? '' : `, in ${base.path}`}.`,
    notes: [],
  };
}

const list = new Intl.ListFormat('en', { type: 'conjunction' });

/**
 * Folders for train, val and test with a folder for each class.
 *
 * @throws ThawError `dataset.classes` for splits without training images or two folders for one split
 */
export async function listSplitFolders(base: Base, signal: AbortSignal | undefined): Promise<StructureListing> {
  const { splits, outside, refused } = await splitLayout(base);
  const train = splits.get('train');
  if (!train) {
    const where = path.join(base.root, base.path);
    const names = foldersOf(base.entries).map(({ name }) => `'${name}'`);
    throw new ThawError(
      'dataset.classes',
      `A dataset of splits needs a train folder, but ${where} has only ${names.join(', ') || 'files'}.`,
      `Add ${path.join(where, 'train')} with one folder of images for each class.`,
    );
  }
  const files: ListedFile[] = [];
  const allRefused = [...refused];
  for (const [split, { classes }] of splits) {
    const listed = await listClasses(base, split, classes, signal);
    for (const file of listed.files) files.push(file);
    for (const one of listed.refused) allRefused.push(one);
  }
  const names = [...splits.values()].map(({ folder }) => folder.name);
  return {
    classNames: train.classes.map(({ name }) => name),
    files,
    contained: [],
    outside: outsideOf(outside),
    refused: allRefused,
    splits: new Set(splits.keys()),
    words: `${names.length === 1 ? 'A folder' : 'Folders'} ${list.format(names)}, with a folder for each class${base.path === '' ? '' : `, in ${base.path}`}.`,
    notes: [],
  };
}

import path from 'node:path';
import type { SkippedImage } from '../../../shared/contract/run.ts';
import { ThawError } from '../../../shared/errors/thaw-error.ts';
import type { Split } from '../dataset.ts';
import { listFolder, readableReason, type Entry } from '../dataset-files.ts';
import { isImageName } from '../image-name.ts';
import { splitWord } from './split-words.ts';

export type FolderEntry = Extract<Entry, { kind: 'folder' | 'file' }>;

/** The folder that a dataset's folders and files lie in: the root, or the only folder in it. */
export interface Base {
  /** Of the dataset, links resolved. */
  readonly root: string;
  /** As people see it, relative to the root; '' for the root itself. */
  readonly path: string;
  readonly realPath: string;
  readonly entries: readonly Entry[];
}

/** An archive often unpacks to a folder in a folder, seldom deeper. */
const MOST_WRAPPERS = 3;

export const foldersOf = (entries: readonly Entry[]): readonly FolderEntry[] =>
  entries.filter((entry): entry is FolderEntry => entry.kind === 'folder');

export const filesOf = (entries: readonly Entry[]): readonly FolderEntry[] =>
  entries.filter((entry): entry is FolderEntry => entry.kind === 'file');

/** Folders by the split that their name means. @throws ThawError `dataset.classes` for two folders of one split */
export function splitFolders(root: string, entries: readonly Entry[]): ReadonlyMap<Split, FolderEntry> {
  const found = new Map<Split, FolderEntry>();
  for (const folder of foldersOf(entries)) {
    const split = splitWord(folder.name);
    if (split === undefined) continue;
    const other = found.get(split);
    if (other) {
      throw new ThawError(
        'dataset.classes',
        `A dataset has one ${split} folder at most, but ${root} has '${other.name}' and '${folder.name}'.`,
        'Rename or move one of them.',
      );
    }
    found.set(split, folder);
  }
  return found;
}

/**
 * Looks through folders that hold nothing but one other folder, as archives leave them, to the one that holds the dataset.
 *
 * @param root links resolved
 * @throws the file system's error where the root cannot be listed
 */
export async function findBase(root: string): Promise<Base> {
  let base: Base = { root, path: '', realPath: root, entries: await listFolder(root, root, '') };
  for (let depth = 0; depth < MOST_WRAPPERS; depth += 1) {
    const [only, second] = foldersOf(base.entries);
    const isWrapper = only && !second && splitWord(only.name) === undefined;
    if (!isWrapper || filesOf(base.entries).some(({ name }) => isDataName(name))) return base;
    let entries: readonly Entry[];
    try {
      entries = await listFolder(root, only.realPath, only.path);
    } catch {
      return base;
    }
    // A class alone holds images; a wrapper holds folders.
    if (foldersOf(entries).length === 0) return base;
    base = { root, path: only.path, realPath: only.realPath, entries };
  }
  return base;
}

const DATA_NAME = /\.(?:csv|tsv|jsonl|ndjson)$|idx\d/i;
const isDataName = (name: string): boolean => isImageName(name) || DATA_NAME.test(name);

export interface SplitLayout {
  /** The split folders, and the class folders in each. */
  readonly splits: ReadonlyMap<Split, { readonly folder: FolderEntry; readonly classes: readonly FolderEntry[] }>;
  /** What stands beside the split folders and the class folders. */
  readonly outside: readonly FolderEntry[];
  readonly refused: readonly SkippedImage[];
}

/**
 * The split folders of a dataset with what they hold; one that cannot be listed is listed as refused.
 *
 * @throws ThawError `dataset.classes` for two folders of one split
 */
export async function splitLayout(base: Base): Promise<SplitLayout> {
  const folders = splitFolders(path.join(base.root, base.path), base.entries);
  const chosen = new Set([...folders.values()].map((folder) => folder.path));
  const splits = new Map<Split, { folder: FolderEntry; classes: readonly FolderEntry[] }>();
  const outside = base.entries.filter(
    (entry): entry is FolderEntry => entry.kind !== 'refused' && !chosen.has(entry.path),
  );
  const refused: SkippedImage[] = [];
  const refuse = (entries: readonly Entry[]): void => {
    for (const entry of entries) if (entry.kind === 'refused') refused.push({ path: entry.path, reason: entry.reason });
  };
  refuse(base.entries);
  for (const [split, folder] of folders) {
    try {
      const inside = await listFolder(base.root, folder.realPath, folder.path);
      splits.set(split, { folder, classes: foldersOf(inside) });
      for (const file of filesOf(inside)) outside.push(file);
      refuse(inside);
    } catch (error) {
      splits.set(split, { folder, classes: [] });
      refused.push({ path: folder.path, reason: readableReason(error) });
    }
  }
  return { splits, outside, refused };
}

/**
 * Whether folders are splits of class folders. A class may be called `train` all the same: alone, without class folders in
 * it, that name means a class.
 */
export function hasSplits({ splits }: SplitLayout): boolean {
  const train = splits.get('train');
  return train !== undefined && (splits.size > 1 || train.classes.length > 0);
}

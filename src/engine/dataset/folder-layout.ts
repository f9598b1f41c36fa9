import path from 'node:path';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import type { Split } from './dataset.ts';
import { listFolder } from './dataset-files.ts';
import type { Entry } from './dataset-files.ts';

const SPLIT_NAMES: ReadonlyMap<string, Split> = new Map([
  ['train', 'train'],
  ['training', 'train'],
  ['train_set', 'train'],
  ['training_set', 'train'],
  ['val', 'validation'],
  ['valid', 'validation'],
  ['validation', 'validation'],
  ['valid_set', 'validation'],
  ['validation_set', 'validation'],
  ['test', 'test'],
  ['testing', 'test'],
  ['test_set', 'test'],
]);

export interface Folder {
  readonly name: string;
  readonly path: string;
  readonly realPath: string;
}

export interface FolderLayout {
  /** The class folders of each split that the dataset brings; only `train` where it is a plain folder of classes. */
  readonly splits: ReadonlyMap<Split, readonly Folder[]>;
  /** Files and folders that stand outside of all classes. */
  readonly outside: readonly Entry[];
}

type FolderEntry = Extract<Entry, { realPath: string }>;

const foldersOf = (entries: readonly Entry[]): readonly FolderEntry[] =>
  entries.filter((entry): entry is FolderEntry => entry.kind === 'folder');

function splitFolders(root: string, folders: readonly Folder[]): ReadonlyMap<Split, Folder> {
  const found = new Map<Split, Folder>();
  for (const folder of folders) {
    const split = SPLIT_NAMES.get(folder.name.toLowerCase().replaceAll(/[\s-]/g, '_'));
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
 * Tells a folder of class folders from one with `train`, `val` and `test` (or a like name) above them. A class may be
 * called `train` all the same: alone, without class folders in it, that name means a class.
 *
 * @param root the dataset's root, links resolved
 * @throws ThawError `dataset.classes` for splits without training images or two folders for one split
 */
export async function folderLayout(root: string): Promise<FolderLayout> {
  const entries = await listFolder(root, root, '');
  const folders = foldersOf(entries);
  const splits = splitFolders(root, folders);
  const train = splits.get('train');
  const trainEntries = train ? await listFolder(root, train.realPath, train.path) : [];
  const others = entries.filter((entry) => entry.kind !== 'folder');
  if (splits.size < 2 && foldersOf(trainEntries).length === 0) {
    return { splits: new Map([['train', folders]]), outside: others };
  }
  if (!train) {
    if (splits.size < folders.length) return { splits: new Map([['train', folders]]), outside: others };
    throw new ThawError(
      'dataset.classes',
      `A dataset of splits needs a train folder, but ${root} has only ${folders.map(({ name }) => `'${name}'`).join(', ')}.`,
      `Add ${path.join(root, 'train')} with one folder of images for each class.`,
    );
  }
  const classFolders = new Map<Split, readonly Folder[]>();
  const outside: Entry[] = entries.filter((entry) => ![...splits.values()].some(({ path }) => path === entry.path));
  for (const [split, folder] of splits) {
    const inside = split === 'train' ? trainEntries : await listFolder(root, folder.realPath, folder.path);
    classFolders.set(split, foldersOf(inside));
    outside.push(...inside.filter((entry) => entry.kind !== 'folder'));
  }
  return { splits: classFolders, outside };
}

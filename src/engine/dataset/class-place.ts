import path from 'node:path';
import type { OpenedStructure } from '../../shared/contract/dataset-structure.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { isDeviceName, isSystemName } from './dataset-files.ts';
import { findBase, foldersOf, splitLayout, type FolderEntry } from './structure/folder-layout.ts';
import { splitWord } from './structure/split-words.ts';

/** Where images of a class go that are new to a dataset. */
export interface ClassPlace {
  /** Relative to the root, separated by '/', as people see it. */
  readonly path: string;
  /** Absolute; links resolved where it is there already. */
  readonly folder: string;
  readonly exists: boolean;
}

/** What a file system refuses somewhere, or takes for something else. */
const UNFIT_NAME = /[<>:"/\\|?*\p{Cc}]|[. ]$/u;
const LONGEST_NAME_BYTES = 240;

/** Why images cannot be added to a dataset of this structure; null where they can. */
function refusal({ structure }: OpenedStructure): string | null {
  switch (structure.kind) {
    case 'classFolders':
    case 'splitFolders':
      return null;
    case 'namedFiles':
      return `here the class stands in the files' names ('${structure.pattern}'), and a name of that pattern would have to be invented`;
    case 'manifest':
      return `here ${structure.file} says which image has which class, and Thaw writes to no file of yours`;
    case 'idx':
      return 'here the images lie within IDX files, and Thaw writes to no file of yours';
    case 'unlabelled':
      return 'this folder has no classes';
  }
}

function assertFolderName(name: string): void {
  const unfit =
    UNFIT_NAME.test(name) ||
    !name.isWellFormed() ||
    isDeviceName(name) ||
    isSystemName(name) ||
    Buffer.byteLength(name) > LONGEST_NAME_BYTES
      ? 'a folder cannot be called so everywhere'
      : splitWord(name) !== undefined
        ? 'a folder of this name would be taken for a split'
        : null;
  if (unfit === null) return;
  throw new ThawError(
    'dataset.classes',
    `A class that images are added to is the name of a folder; of '${name}': ${unfit}.`,
    'Choose another name for the class.',
  );
}

function within(
  parent: Pick<FolderEntry, 'path' | 'realPath'>,
  siblings: readonly FolderEntry[],
  name: string,
): ClassPlace {
  const known = siblings.find((folder) => folder.name === name);
  if (known) return { path: known.path, folder: known.realPath, exists: true };
  assertFolderName(name);
  const own = parent.path === '' ? name : `${parent.path}/${name}`;
  return { path: own, folder: path.join(parent.realPath, name), exists: false };
}

/**
 * Where new images of a class go: the class' own folder, of the training images where the dataset brings splits. Only where
 * folders are the classes is that unambiguous.
 *
 * @param root links resolved
 * @throws ThawError `dataset.classes` for a structure that has no such place, and for a new class whose name is none of a folder;
 *   the file system's error
 */
export async function classPlace(root: string, structure: OpenedStructure, className: string): Promise<ClassPlace> {
  const why = refusal(structure);
  if (why !== null) {
    throw new ThawError(
      'dataset.classes',
      `Images are added where each class has a folder; ${why}.`,
      'Put the images there yourself, or open a dataset with a folder for each class.',
    );
  }
  const base = await findBase(root);
  if (structure.structure.kind === 'classFolders') {
    return within({ path: base.path, realPath: base.realPath }, foldersOf(base.entries), className);
  }
  const train = (await splitLayout(base)).splits.get('train');
  if (train) return within(train.folder, train.classes, className);
  throw new ThawError(
    'dataset.classes',
    'New images are for training, but the dataset has no folder of training images.',
    'Add a folder called train with one folder of images for each class.',
  );
}

import type { ManifestColumns } from '../../../shared/contract/dataset-structure.ts';
import { ThawError } from '../../../shared/errors/thaw-error.ts';
import { isImageName } from '../image-name.ts';
import { splitWord } from '../structure/split-words.ts';

/** Names of columns as manifests have them, the surest first; compared without case, spaces and signs. */
const NAMES = {
  path: [
    'path',
    'filepath',
    'imagepath',
    'file',
    'filename',
    'image',
    'imagefile',
    'imagename',
    'img',
    'imgpath',
    'imageid',
    'name',
    'id',
  ],
  label: [
    'label',
    'class',
    'classname',
    'labelname',
    'category',
    'target',
    'species',
    'breed',
    'tag',
    'y',
    'labels',
    'classid',
    'labelid',
  ],
  split: ['split', 'set', 'subset', 'partition', 'dataset', 'usage', 'phase', 'fold'],
} as const;
type Column = keyof typeof NAMES;

export interface Columns {
  readonly path: string;
  readonly label: string;
  readonly split: string | null;
}

const plain = (name: string): string => name.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');

/** As many names of columns are told where one that was asked for is missing. */
const MOST_TOLD = 20;

function missing(asked: string, names: readonly string[], file: string): ThawError {
  const told = names.slice(0, MOST_TOLD).map((name) => `'${name.slice(0, 60)}'`);
  const more = names.length > told.length ? ` and ${names.length - told.length} more` : '';
  return new ThawError(
    'dataset.classes',
    `A column is named as the manifest names it, but ${file} has no '${asked}': it has ${told.join(', ')}${more}.`,
    'Give one of those names, or leave the column to be recognised.',
  );
}

/**
 * Which of a manifest's columns say path, label and split: those that are asked for, the others by their names.
 *
 * @param file the manifest's name, for errors
 * @returns null where path or label is missing
 * @throws ThawError `dataset.classes` for a column asked for that is not there
 */
export function findColumns(
  names: readonly string[],
  asked: ManifestColumns | undefined,
  file: string,
): Columns | null {
  const find = (column: Column): string | null => {
    const wanted = asked?.[column] ?? null;
    if (wanted !== null) {
      if (names.includes(wanted)) return wanted;
      throw missing(wanted, names, file);
    }
    for (const known of NAMES[column]) {
      const found = names.find((name) => plain(name) === known);
      if (found !== undefined) return found;
    }
    return null;
  };
  const [path, label] = [find('path'), find('label')];
  return path === null || label === null ? null : { path, label, split: find('split') };
}

/** The places of path, label and split in a table that has no names: its first row begins with an image. */
export function placesWithoutNames(
  row: readonly string[],
): { path: number; label: number; split: number | null } | null {
  if (row.length < 2 || !isImageName(row[0]?.trim() ?? '')) return null;
  const split = row.findIndex((value, place) => place >= 2 && splitWord(value) !== undefined);
  return { path: 0, label: 1, split: split === -1 ? null : split };
}

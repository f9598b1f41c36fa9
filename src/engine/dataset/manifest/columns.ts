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

/** Which of a manifest's columns say path, label and split; null where path or label is missing. */
export function findColumns(names: readonly string[]): Columns | null {
  const find = (column: Column): string | null => {
    for (const known of NAMES[column]) {
      const found = names.find((name) => plain(name) === known);
      if (found !== undefined) return found;
    }
    return null;
  };
  const [path, label] = [find('path'), find('label')];
  return path === null || label === null ? null : { path, label, split: find('split') };
}

const IMAGE_NAME = /\.(?:jpe?g|jfif|png|gif|webp|tiff?|avif|bmp)$/i;

/** The places of path, label and split in a table that has no names: its first row begins with an image. */
export function placesWithoutNames(
  row: readonly string[],
): { path: number; label: number; split: number | null } | null {
  if (row.length < 2 || !IMAGE_NAME.test(row[0]?.trim() ?? '')) return null;
  const split = row.findIndex((value, place) => place >= 2 && splitWord(value) !== undefined);
  return { path: 0, label: 1, split: split === -1 ? null : split };
}

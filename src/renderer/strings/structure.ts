import type { DatasetStructure } from '../../shared/contract/dataset-structure.ts';
import { count } from './format.ts';
import { isolate } from './isolate.ts';

type Kind = DatasetStructure['kind'];
const plural = (total: number, one: string, many: string): string => `${count(total)} ${total === 1 ? one : many}`;

const kinds: Readonly<Record<Kind, { readonly title: string; readonly about: string }>> = {
  classFolders: { title: 'A folder for each class', about: 'cat/1.jpg, dog/1.jpg' },
  splitFolders: { title: 'Splits of class folders', about: 'train/cat/1.jpg, val/cat/9.jpg' },
  namedFiles: { title: 'The class in each file’s name', about: 'cat.0.jpg, dog.0.jpg' },
  manifest: { title: 'A table of files', about: 'CSV or JSON lines with path, label and, if you like, split' },
  idx: { title: 'MNIST’s files', about: 'train-images-idx3-ubyte and its labels, packed or not' },
  unlabelled: { title: 'Images without classes', about: 'for prediction, or to take features of' },
};

/** Words of how a folder is laid out. */
export const structure = {
  recognised: 'Recognised',
  keep: 'That is right',
  change: 'Change…',
  label: 'How the folder is laid out',
  title: (name: string) => `How is “${isolate(name)}” laid out?`,
  kinds,
  fits: 'fits',
  pattern: 'Pattern',
  patternHint: '{class} stands for the class, * for any characters, # for a number; the ending is left out.',
  file: 'File',
  fileHint: 'Relative to the folder, such as labels.csv.',
  columns: 'Columns of the table',
  column: { path: 'Paths', label: 'Classes', split: 'Splits' },
  columnRecognised: 'recognised',
  asking: 'Looking at the names…',
  preview: 'What that makes of it',
  found: (classes: number, images: number) =>
    classes === 0
      ? plural(images, 'image', 'images')
      : `${plural(images, 'image', 'images')} in ${plural(classes, 'class', 'classes')}`,
  left: (left: number) => `${plural(left, 'image does', 'images do')} not fit and would be left out`,
  allFit: 'every image fits',
  splits: (splits: readonly string[]) => (splits.length > 1 ? `splits: ${splits.join(', ')}` : ''),
  largest: (classes: readonly { readonly name: string; readonly images: number }[], total: number) => {
    const named = classes.map(({ name, images }) => `${isolate(name)} ${count(images)}`).join(', ');
    return total > classes.length
      ? `${named} and ${plural(total - classes.length, 'more class', 'more classes')}`
      : named;
  },
  example: 'File',
  exampleClass: 'Class',
  noClass: 'none',
  open: 'Open it so',
  cancel: 'Cancel',
} as const;

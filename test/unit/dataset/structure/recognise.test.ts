import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, test } from 'vitest';
import { readContent, type DatasetContent } from '../../../../src/engine/dataset/read-content.ts';
import type { DatasetStructure } from '../../../../src/shared/contract/dataset-structure.ts';
import { idxFile, idxImages } from '../../../support/idx-file.ts';
import { smallPng, writeFiles } from '../../../support/pattern-image.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const folder = temporaryFolder();
let root = '';
let tests = 0;

beforeEach(async () => {
  root = path.join(folder, String((tests += 1)));
  await mkdir(root);
});

type Files = Record<string, string | Uint8Array | Promise<Uint8Array>>;

/** Different images under these names. */
const images = (...names: readonly string[]): Files =>
  Object.fromEntries(names.map((name, seed) => [name, smallPng(seed)]));

/** `split/class/path`, as they were read. */
const read = (content: DatasetContent): string[] =>
  content.images.map(({ split, className, path: name }) => `${split} ${className} ${name}`).sort();

const open = (structure?: DatasetStructure): Promise<DatasetContent> => readContent(root, { structure });

interface Layout {
  readonly name: string;
  readonly files: () => Files;
  readonly structure: DatasetStructure;
  readonly words: string;
  readonly found: readonly string[];
}

const layouts: readonly Layout[] = [
  {
    name: 'a folder for each class',
    files: () => images('cat/1.png', 'dog/a/1.png'),
    structure: { kind: 'classFolders' },
    words: 'A folder for each class.',
    found: ['train cat cat/1.png', 'train dog dog/a/1.png'],
  },
  {
    name: 'class folders in a folder of their own, as archives unpack',
    files: () => ({ ...images('photos/cat/1.png', 'photos/dog/1.png'), 'LICENSE.txt': 'free' }),
    structure: { kind: 'classFolders' },
    words: 'in photos',
    found: ['train cat photos/cat/1.png', 'train dog photos/dog/1.png'],
  },
  {
    name: 'splits under other names',
    files: () => images('training_set/cat/1.png', 'training_set/dog/1.png', 'Test-Images/cat/1.png', 'dev/dog/2.png'),
    structure: { kind: 'splitFolders' },
    words: 'with a folder for each class',
    found: [
      'test cat Test-Images/cat/1.png',
      'train cat training_set/cat/1.png',
      'train dog training_set/dog/1.png',
      'validation dog dev/dog/2.png',
    ],
  },
  {
    name: 'a train folder alone, within another',
    files: () => images('photos/train/cat/1.png', 'photos/train/dog/1.png'),
    structure: { kind: 'splitFolders' },
    words: 'A folder train, with a folder for each class, in photos.',
    found: ['train cat photos/train/cat/1.png', 'train dog photos/train/dog/1.png'],
  },
  {
    name: 'classes in the names of files',
    files: () => ({ ...images('cat.0.png', 'cat.1.png', 'dog.0.png', 'dog.1.png'), 'notes.txt': 'x' }),
    structure: { kind: 'namedFiles', pattern: '{class}.#' },
    words: '{class}.#',
    found: ['train cat cat.0.png', 'train cat cat.1.png', 'train dog dog.0.png', 'train dog dog.1.png'],
  },
  {
    name: 'classes in the names of files of splits, the tests without classes',
    files: () => images('train/cat.0.png', 'train/cat.1.png', 'train/dog.0.png', 'train/dog.1.png', 'test1/1.png'),
    structure: { kind: 'namedFiles', pattern: '{class}.#' },
    words: '{class}.#',
    found: ['cat train/cat.0.png', 'cat train/cat.1.png', 'dog train/dog.0.png', 'dog train/dog.1.png'].map(
      (line) => `train ${line}`,
    ),
  },
  {
    name: 'a manifest beside a folder of images',
    files: () => ({
      ...images('images/1.png', 'images/2.png', 'images/3.png'),
      'labels.csv':
        '\ufefffilename,label,split\nimages/1.png,cat,train\nimages/2.png,"dog, big",train\n3.png,cat,valid\n',
    }),
    structure: { kind: 'manifest', file: 'labels.csv' },
    words: 'labels.csv says the class and the split of each image.',
    found: ['train cat images/1.png', 'train dog, big images/2.png', 'validation cat images/3.png'],
  },
  {
    name: 'a manifest of JSON lines',
    files: () => ({
      ...images('1.png', '2.png'),
      'metadata.jsonl': '{"file_name": "1.png", "label": 3}\r\n\r\n{"file_name": "./2.png", "label": "dog"}',
    }),
    structure: { kind: 'manifest', file: 'metadata.jsonl' },
    words: 'metadata.jsonl says the class of each image.',
    found: ['train 3 1.png', 'train dog 2.png'],
  },
  {
    name: 'files as those of MNIST, packed or not',
    files: () => ({
      'train-images-idx3-ubyte.gz': gzipSync(idxImages(3)),
      'train-labels-idx1-ubyte': idxFile([3], [7, 0, 10]),
      't10k-images-idx3-ubyte': idxImages(1, 5),
      't10k-labels-idx1-ubyte.gz': gzipSync(idxFile([1], [7])),
    }),
    structure: { kind: 'idx' },
    words: "IDX files as MNIST's",
    found: [
      'test 07 t10k-images-idx3-ubyte/00000',
      'train 00 train-images-idx3-ubyte.gz/00001',
      'train 07 train-images-idx3-ubyte.gz/00000',
      'train 10 train-images-idx3-ubyte.gz/00002',
    ],
  },
];

describe('what a folder says of its images is recognised', () => {
  test.each(layouts)('$name', async ({ files, structure, words, found }) => {
    await writeFiles(root, files());
    const content = await open();
    expect(content.structure).toMatchObject({ structure, recognised: true, notes: [] });
    expect(content.structure.words).toContain(words);
    expect(read(content)).toEqual(found);
    // Asked for, it is the same, and not called recognised.
    const asked = await open(structure);
    expect(read(asked)).toEqual(found);
    expect(asked.structure.recognised).toBe(false);
  });

  test('images without classes, at any depth', async () => {
    await writeFiles(root, { ...images('holiday 1.png', 'IMG_0002.png', 'b.png'), 'notes.txt': 'x' });
    const content = await open();
    expect(content.structure.structure).toEqual({ kind: 'unlabelled' });
    expect(content.unlabelled.map(({ path: name }) => name)).toEqual(['IMG_0002.png', 'b.png', 'holiday 1.png']);
    expect([content.classes, content.images]).toEqual([[], []]);
    expect(content.skipped.map(({ path: name }) => name)).toEqual(['notes.txt']);
  });

  test('and what else fits can be chosen instead', async () => {
    await writeFiles(root, {
      ...images('cat/1.png', 'cat/2.png', 'dog/1.png'),
      'kinds.csv': 'path;kind;label\ncat/1.png;x;tabby\ncat/2.png;x;siamese\n',
    });
    const { structure, images: found } = await open();
    expect(structure.structure).toEqual({ kind: 'manifest', file: 'kinds.csv' });
    expect(found.map(({ className }) => className).sort()).toEqual(['siamese', 'tabby']);
    expect(structure.alternatives).toEqual([{ kind: 'classFolders' }, { kind: 'unlabelled' }]);
    expect((await open({ kind: 'classFolders' })).classes).toEqual(['cat', 'dog']);
    expect((await open({ kind: 'unlabelled' })).unlabelled.length).toBe(3);
  });

  test('a table that names no file of the folder is no manifest, nor one without classes', async () => {
    await writeFiles(root, {
      ...images('cat/1.png', 'dog/1.png'),
      'measures.csv': 'path,label\nelsewhere/9.png,cat\n',
      'sizes.csv': 'path,bytes\ncat/1.png,12\n',
    });
    expect((await open()).structure.structure).toEqual({ kind: 'classFolders' });
  });
});

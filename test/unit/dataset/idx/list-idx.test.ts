import path from 'node:path';
import { expect, test } from 'vitest';
import { readContent, readStructure } from '../../../../src/engine/dataset/read-content.ts';
import { idxFile, idxFileOf, idxImages } from '../../../support/idx-file.ts';
import { writeFiles } from '../../../support/pattern-image.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const folder = temporaryFolder();

test('IDX files of colours and of labels in more bytes are a dataset too', async () => {
  const root = path.join(folder, 'colours');
  const [rows, columns] = [2, 2];
  const pixels = Array.from({ length: 4 * rows * columns * 3 }, (_, index) => (index * 11) % 256);
  await writeFiles(root, {
    'train-images-idx4-ubyte': idxFile([4, rows, columns, 3], pixels),
    'train-labels-idx1-int': idxFileOf('int32', [4], [0, 300, 0, 300]),
  });
  const content = await readContent(root, {});
  expect(content.structure.structure).toEqual({ kind: 'idx' });
  expect(content.classes).toEqual(['000', '300']);
  expect(new Set(content.images.map(({ contentHash }) => contentHash)).size).toBe(4);
});

test('labels that are no whole numbers, and images in one line each, are refused by name', async () => {
  const root = path.join(folder, 'refused');
  const fine = { 'train-images-idx3-ubyte': idxImages(2), 'train-labels-idx1-ubyte': idxFile([2], [0, 1]) };
  await writeFiles(root, {
    ...fine,
    't10k-images-idx3-ubyte': idxImages(2, 5),
    't10k-labels-idx1-float': idxFileOf('float32', [2], [0.5, 1]),
    'validation-images-idx3-ubyte': idxFile([2, 16], Array<number>(32).fill(3)),
    'validation-labels-idx1-ubyte': idxFile([2], [0, 1]),
  });
  expect(
    Object.fromEntries((await readStructure(root, {})).listing.refused.map((one) => [one.path, one.reason])),
  ).toEqual({
    't10k-images-idx3-ubyte': 'a label is a whole number from 0 on, but t10k-labels-idx1-float has others',
    'validation-images-idx3-ubyte':
      'its dimensions are 2 x 16: of images whose rows stand in one line, height and width are not known',
  });
});

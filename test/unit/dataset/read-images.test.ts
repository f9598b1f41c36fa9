import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { openDataset } from '../../../src/engine/dataset/open-dataset.ts';
import { readImages, type ImageCollection } from '../../../src/engine/dataset/read-images.ts';
import type { ImageEdit } from '../../../src/shared/contract/dataset-edits.ts';
import { expectError } from '../../support/expect-error.ts';
import { smallPng, writeFiles } from '../../support/pattern-image.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const folder = temporaryFolder();
const options = { validationShare: 0.25, seed: 1 };
let root = '';
let tests = 0;

beforeEach(async () => {
  root = path.join(folder, String((tests += 1)));
  await mkdir(root);
});

/** Path, split and label of each image. */
function known({ images }: ImageCollection): unknown[] {
  return images.map((image) => [image.path, image.split, image.label]);
}

describe('the images of a folder', () => {
  it('are unlabelled where there are no class folders', async () => {
    await writeFiles(root, { 'b.png': smallPng(1), 'a.png': smallPng(2), 'notes.txt': 'not an image' });
    const collection = await readImages(root, options);
    expect(collection.classes).toEqual([]);
    expect(known(collection)).toEqual([
      ['a.png', null, -1],
      ['b.png', null, -1],
    ]);
    expect(collection.skipped.map((image) => image.path)).toEqual(['notes.txt']);
  });

  it('have the labels and the split that training gives them, then come those outside of all classes', async () => {
    const images = Array.from({ length: 8 }, (_, index) => index);
    await writeFiles(root, {
      ...Object.fromEntries(images.map((index) => [`cat/${index}.png`, smallPng(index)])),
      ...Object.fromEntries(images.map((index) => [`dog/deep/${index}.png`, smallPng(100 + index)])),
      'unknown.png': smallPng(200),
    });
    const dataset = await openDataset(root, options);
    const collection = await readImages(root, options);
    expect(collection.classes).toEqual(dataset.classes);
    expect(collection.images.slice(0, -1)).toEqual(dataset.images);
    expect(known(collection).at(-1)).toEqual(['unknown.png', null, -1]);
  });

  it('lie in the splits that the folder brings; a test folder without classes is unlabelled', async () => {
    await writeFiles(root, {
      'train/a/1.png': smallPng(1),
      'train/b/1.png': smallPng(2),
      'val/a/1.png': smallPng(3),
      'test/1.png': smallPng(4),
      'more/2.png': smallPng(5),
    });
    expect(known(await readImages(root, options))).toEqual([
      ['train/a/1.png', 'train', 0],
      ['train/b/1.png', 'train', 1],
      ['val/a/1.png', 'validation', 0],
      ['more/2.png', null, -1],
      ['test/1.png', null, -1],
    ]);
  });

  it('have the labels and the split that were decided upon, and lack those that are left out', async () => {
    await writeFiles(root, {
      ...Object.fromEntries([1, 2].map((name) => [`train/a/${name}.png`, smallPng(name)])),
      'train/b/1.png': smallPng(3),
      'train/c/1.png': smallPng(4),
      'val/a/1.png': smallPng(5),
      'more/1.png': smallPng(6),
    });
    const decided: ImageEdit[] = [
      { path: 'train/a/1.png', split: 'test' },
      { path: 'train/a/2.png', excluded: true },
      { path: 'train/c/1.png', className: 'd' },
      { path: 'more/1.png', className: 'b' },
    ];
    const edits = new Map(decided.map((edit) => [edit.path, edit]));
    const collection = await readImages(root, { ...options, edits });
    expect(collection.classes).toEqual(['a', 'b', 'd']);
    expect(known(collection)).toEqual([
      ['more/1.png', 'train', 1],
      ['train/b/1.png', 'train', 1],
      ['train/c/1.png', 'train', 2],
      ['val/a/1.png', 'validation', 0],
      ['train/a/1.png', 'test', 0],
    ]);
  });

  it('may be of one class', async () => {
    await writeFiles(root, { 'only/1.png': smallPng(1) });
    const collection = await readImages(root, options);
    expect([collection.classes, known(collection)]).toEqual([['only'], [['only/1.png', 'train', 0]]]);
  });

  it('must be there', async () => {
    await writeFiles(root, { 'notes.txt': 'not an image' });
    await expectError(() => readImages(root, options), 'dataset.empty', '1 files were no usable images');
    await expectError(() => readImages(path.join(root, 'nowhere'), options), 'dataset.missing', 'nowhere');
  });
});

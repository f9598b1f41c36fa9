import { cp, mkdir, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { codePointOrder } from '../../../src/engine/dataset/code-point-order.ts';
import { openDataset } from '../../../src/engine/dataset/open-dataset.ts';
import type { Dataset } from '../../../src/engine/dataset/open-dataset.ts';
import type { SplitOptions } from '../../../src/engine/dataset/split/split-images.ts';
import { expectError } from '../../support/expect-error.ts';
import { patternImage, smallPng, writeFiles } from '../../support/pattern-image.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const folder = temporaryFolder();
const options = { validationShare: 0.25, seed: 1 };
let root = '';
let tests = 0;

beforeEach(async () => {
  root = path.join(folder, String((tests += 1)));
  await mkdir(root);
});

const paths = (dataset: Dataset, split?: string): string[] =>
  dataset.images.filter((image) => split === undefined || image.split === split).map((image) => image.path);

/** Two classes of `count` different images each. */
const twoClasses = (count: number, prefix = ''): Record<string, Promise<Uint8Array>> =>
  Object.fromEntries(
    ['cat', 'dog'].flatMap((name, label) =>
      Array.from({ length: count }, (_, index) => [`${prefix}${name}/${index}.png`, smallPng(label * 100 + index)]),
    ),
  );

describe('a class that the dataset gives nothing to train on', () => {
  const files = () => ({
    ...twoClasses(6, 'train/'),
    ...twoClasses(1, 'val/'),
    ...Object.fromEntries(Array.from({ length: 6 }, (_, index) => [`val/owl/${index}.png`, smallPng(500 + index)])),
    'test/newt/0.png': smallPng(600),
    'train/owl/readme.txt': Buffer.from('none yet'),
  });

  test.each<readonly [string, Partial<SplitOptions>, readonly string[]]>([
    ['as it says', {}, ['cat', 'dog']],
    ['by shares', { split: { kind: 'share', testShare: 0 } }, ['cat', 'dog', 'owl']],
    ['in folds', { split: { kind: 'folds', folds: 2, fold: 1 } }, ['cat', 'dog', 'owl']],
    ['by shares, tests too', { split: { kind: 'share', testShare: 0.2 } }, ['cat', 'dog', 'newt', 'owl']],
  ])('trains where its images are divided anew: %s', async (_, asked, classes) => {
    await writeFiles(root, files());
    const dataset = await openDataset(root, { ...options, ...asked });
    expect(dataset.classes).toEqual(classes);
    const trained = dataset.images.filter(({ split }) => split === 'train').map(({ label }) => dataset.classes[label]);
    expect([...new Set(trained)].sort()).toEqual(classes);
    const skipped = dataset.skipped.map((image) => image.path);
    const owls = Array.from({ length: 6 }, (__, index) => `val/owl/${index}.png`);
    const used = new Set(paths(dataset));
    for (const owl of owls)
      expect([used.has(owl), skipped.includes(owl)]).toEqual([classes.length > 2, classes.length === 2]);
    expect(skipped.includes('owl')).toBe(classes.length === 2);
    expect(skipped).toContain('train/owl/readme.txt');
    expect(skipped.includes('test/newt/0.png')).toBe(classes.length < 4);
  });
});

describe('a folder of which nothing can be held out', () => {
  test.each([
    [
      'one image a class',
      { 'cat/1.png': smallPng(1), 'dog/1.png': smallPng(2) },
      {},
      'each image that trains is the last',
    ],
    [
      'groups as large as a class',
      { 'cat/a 1.png': smallPng(1), 'cat/a 2.png': smallPng(2), 'dog/a 3.png': smallPng(3) },
      { groupPattern: '/(a)' },
      'each group of //(a)/ that trains is the last',
    ],
    [
      'a fold without images',
      { 'cat/1.png': smallPng(1), 'dog/1.png': smallPng(2) },
      { split: { kind: 'folds', folds: 5, fold: 2 } as const },
      'fold 2 of 5 holds nothing',
    ],
  ])('is refused, and why is said: %s', async (_, files, asked, words) => {
    await writeFiles(root, files);
    await expectError(() => openDataset(root, { ...options, ...asked }), 'dataset.images', words);
  });
});

describe('a folder of class folders', () => {
  test('gives classes by code point and images with label, size and content hash', async () => {
    await writeFiles(root, {
      'b/1.png': smallPng(1),
      'b/2.png': smallPng(2),
      'B/1.png': smallPng(3),
      'Ä/1.png': smallPng(4),
    });
    const dataset = await openDataset(root, options);
    expect(dataset.classes).toEqual(['B', 'b', 'Ä']);
    expect(dataset.images.map((image) => dataset.classes[image.label])).toEqual(
      dataset.images.map((image) => image.path.split('/')[0]),
    );
    for (const image of dataset.images) {
      expect(image.contentHash).toMatch(/^[0-9a-f]{64}$/);
      expect(image.bytes).toBeGreaterThan(100);
    }
    expect(dataset.skipped).toEqual([]);
  });

  test('holds out validation images by content: renaming and adding files moves none', async () => {
    await writeFiles(root, twoClasses(12));
    const before = await openDataset(root, options);
    expect(paths(before, 'validation').length).toBeGreaterThanOrEqual(2);
    await rename(path.join(root, 'cat/3.png'), path.join(root, 'cat/renamed.png'));
    await writeFiles(root, { 'cat/new.png': smallPng(77), 'dog/new.png': smallPng(78) });
    const after = await openDataset(root, options);
    const splitByContent = new Map(after.images.map((image) => [image.contentHash, image.split]));
    for (const image of before.images) expect(splitByContent.get(image.contentHash)).toBe(image.split);
  });

  test('keeps copies of a file in one split, also across classes', async () => {
    const copies = Object.fromEntries(Array.from({ length: 6 }, (_, index) => [`dog/copy ${index}.png`, smallPng(0)]));
    await writeFiles(root, { ...twoClasses(4), ...copies });
    const dataset = await openDataset(root, options);
    const original = dataset.images.find((image) => image.path === 'cat/0.png');
    const splits = new Set(
      dataset.images.filter((image) => image.contentHash === original?.contentHash).map((image) => image.split),
    );
    expect(splits.size).toBe(1);
  });

  test('goes by content, not by extension: a GIF called .jpg counts, a text called .jpg does not', async () => {
    await writeFiles(root, {
      ...twoClasses(2),
      'cat/a.jpg': patternImage(9, 9).gif().toBuffer(),
      'cat/b.jpg': 'not a picture',
    });
    const dataset = await openDataset(root, options);
    expect(paths(dataset)).toContain('cat/a.jpg');
    expect(dataset.skipped).toEqual([{ path: 'cat/b.jpg', reason: expect.stringContaining('no image') as string }]);
  });

  test('lists every other file with the reason and ignores what operating systems leave', async () => {
    await writeFiles(root, {
      ...twoClasses(2),
      'README.md': '# cats',
      'cat/notes.txt': 'text',
      'cat/empty.png': '',
      'cat/drawing.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
      'cat/.DS_Store': 'x',
      'cat/Thumbs.db': 'x',
      'cat/._0.png': 'x',
      '.git/config': 'x',
      '__MACOSX/cat/0.png': 'x',
    });
    await writeFile(path.join(root, 'dog/huge.tif'), 'II*\0');
    await truncate(path.join(root, 'dog/huge.tif'), 300 * 2 ** 20);
    const dataset = await openDataset(root, options);
    expect(dataset.classes).toEqual(['cat', 'dog']);
    expect(dataset.skipped.map((skipped) => [skipped.path, skipped.reason])).toEqual([
      ['README.md', expect.stringContaining('outside of all class folders')],
      ['cat/drawing.svg', expect.stringContaining('SVG')],
      ['cat/empty.png', expect.stringContaining('empty')],
      ['cat/notes.txt', expect.stringContaining('no image')],
      ['dog/huge.tif', expect.stringContaining('314572800 bytes')],
    ]);
  });

  test('walks nested folders and takes names of any script', async () => {
    await writeFiles(root, {
      ...twoClasses(1),
      '猫/二/三/図.png': smallPng(5),
      '猫/кот.png': smallPng(6),
      'dog/x/y.png': smallPng(7),
    });
    const dataset = await openDataset(root, options);
    expect(dataset.classes).toEqual(['cat', 'dog', '猫']);
    expect(paths(dataset)).toEqual(expect.arrayContaining(['猫/二/三/図.png', '猫/кот.png', 'dog/x/y.png']));
  });

  test('follows links within the root, but neither out of it nor in circles', async () => {
    await writeFiles(root, twoClasses(2));
    const outside = path.join(folder, 'outside');
    await writeFiles(outside, { 'secret.png': smallPng(50) });
    await symlink(path.join(root, 'cat/0.png'), path.join(root, 'cat/link.png'));
    await symlink(outside, path.join(root, 'cat/away'));
    await symlink(path.join(outside, 'secret.png'), path.join(root, 'cat/secret.png'));
    await symlink('..', path.join(root, 'cat/loop'));
    await symlink('nothing', path.join(root, 'cat/broken.png'));
    await symlink('self', path.join(root, 'cat/self'));
    const dataset = await openDataset(root, options);
    expect(
      paths(dataset)
        .filter((name) => name.startsWith('cat/'))
        .sort(),
    ).toEqual(['cat/0.png', 'cat/1.png', 'cat/link.png']);
    expect(dataset.skipped.map((skipped) => [skipped.path, skipped.reason])).toEqual([
      ['cat/away', expect.stringContaining('out of the dataset')],
      ['cat/broken.png', expect.stringContaining('to nothing')],
      ['cat/loop', expect.stringContaining('a folder that holds it')],
      ['cat/secret.png', expect.stringContaining('out of the dataset')],
      ['cat/self', expect.stringContaining('itself')],
    ]);
  });

  test('a class may be called train', async () => {
    await writeFiles(root, {
      'bus/1.png': smallPng(1),
      'bus/2.png': smallPng(2),
      'train/1.png': smallPng(3),
      'train/2.png': smallPng(4),
    });
    expect((await openDataset(root, options)).classes).toEqual(['bus', 'train']);
  });
});

describe('a folder of splits', () => {
  test.each([
    ['train', 'val', 'test'],
    ['Training', 'Validation', 'Testing'],
    ['training_set', 'valid', 'test-set'],
  ])('reads %s, %s and %s as they are given', async (train, validation, test) => {
    await writeFiles(root, {
      ...twoClasses(3, `${train}/`),
      ...twoClasses(2, `${validation}/`),
      [`${test}/dog/1.png`]: smallPng(9),
      [`${train}/labels.csv`]: 'a,b',
      LICENSE: 'free',
    });
    const dataset = await openDataset(root, options);
    expect(['train', 'validation', 'test'].map((split) => paths(dataset, split).length)).toEqual([6, 4, 1]);
    expect(dataset.classes).toEqual(['cat', 'dog']);
    expect(dataset.skipped.map((skipped) => skipped.path)).toEqual(['LICENSE', `${train}/labels.csv`]);
  });

  test('splits the training images where there is no validation folder, and leaves the test images alone', async () => {
    await writeFiles(root, { ...twoClasses(8, 'train/'), ...twoClasses(2, 'test/') });
    const dataset = await openDataset(root, options);
    expect(paths(dataset, 'validation').length).toBeGreaterThanOrEqual(2);
    expect(paths(dataset, 'train').length + paths(dataset, 'validation').length).toBe(16);
    expect(paths(dataset, 'test').length).toBe(4);
  });
});

describe('the version', () => {
  test('is the same for a copy elsewhere, and another for other content, names, labels or splits', async () => {
    await writeFiles(root, { ...twoClasses(3, 'train/'), ...twoClasses(2, 'val/') });
    const { version } = await openDataset(root, options);
    expect(version).toMatch(/^[0-9a-f]{64}$/);
    const changes: Record<string, (copy: string) => Promise<void>> = {
      content: (copy) => writeFiles(copy, { 'train/cat/0.png': smallPng(60) }).then(() => undefined),
      name: (copy) => rename(path.join(copy, 'train/cat/0.png'), path.join(copy, 'train/cat/zero.png')),
      label: (copy) => rename(path.join(copy, 'train/cat/0.png'), path.join(copy, 'train/dog/cat.png')),
      split: (copy) => rename(path.join(copy, 'train/cat/0.png'), path.join(copy, 'val/cat/9.png')),
      removal: (copy) => rm(path.join(copy, 'val/cat/0.png')),
    };
    const versions = [version];
    for (const [name, change] of Object.entries(changes)) {
      const copy = path.join(folder, `${tests}-${name}`);
      await cp(root, copy, { recursive: true });
      expect((await openDataset(copy, options)).version).toBe(version);
      await change(copy);
      versions.push((await openDataset(copy, options)).version);
    }
    expect(new Set(versions).size).toBe(versions.length);
  });
});

describe('what cannot be a dataset is refused', () => {
  const opened = (where = root) => openDataset(where, options);

  test('a missing folder', () =>
    expectError(() => opened(path.join(root, 'none')), 'dataset.missing', 'none', 'nothing of that name'));

  test('a file', async () => {
    await writeFiles(root, { 'a.png': smallPng(1) });
    await expectError(() => opened(path.join(root, 'a.png')), 'dataset.missing', 'it is a file');
  });

  test('an empty folder', () =>
    expectError(() => opened(), 'dataset.empty', 'nothing in it', 'one folder of images for each class'));

  test('a folder of images without class folders', async () => {
    await writeFiles(root, { 'a.png': smallPng(1), 'b.png': smallPng(2) });
    await expectError(() => opened(), 'dataset.classes', 'of the 2 images', 'no class is known');
  });

  test('class folders without any image', async () => {
    await writeFiles(root, { 'cat/a.txt': 'a', 'dog/b.txt': 'b' });
    await expectError(() => opened(), 'dataset.empty', 'none', '2 files');
  });

  test('one class only', async () => {
    await writeFiles(root, { 'cat/1.png': smallPng(1), 'cat/2.png': smallPng(2) });
    await expectError(() => opened(), 'dataset.classes', 'two classes', "only 'cat'");
  });

  test('two classes of which one has no image', async () => {
    await writeFiles(root, { 'cat/1.png': smallPng(1), 'owl/a.txt': 'a' });
    await expectError(() => opened(), 'dataset.images', "'owl'", '1 files');
  });

  test('splits without a train folder', async () => {
    await writeFiles(root, { ...twoClasses(2, 'val/'), ...twoClasses(2, 'test/') });
    await expectError(() => opened(), 'dataset.classes', 'needs a train folder', "'val'");
  });

  test('two folders for one split', async () => {
    await writeFiles(root, { ...twoClasses(2, 'train/'), ...twoClasses(2, 'val/'), ...twoClasses(2, 'valid/') });
    await expectError(() => opened(), 'dataset.classes', "'val'", "'valid'");
  });

  test('a val folder in which there is nothing', async () => {
    await writeFiles(root, twoClasses(2, 'train/'));
    await mkdir(path.join(root, 'val'));
    await expectError(() => opened(), 'dataset.images', 'Where a dataset brings validation');
  });

  test('classes of one image each, none of which can be left for validation', async () => {
    await writeFiles(root, twoClasses(1));
    await expectError(() => openDataset(root, { validationShare: 0.9, seed: 1 }), 'dataset.images', 'validation');
  });
});

test('reports progress and stops when told', async () => {
  await writeFiles(root, twoClasses(4));
  const seen: [number, number][] = [];
  await openDataset(root, { ...options, onProgress: (done, total) => seen.push([done, total]) });
  expect(seen.at(-1)).toEqual([8, 8]);
  expect(seen.map(([done]) => done)).toEqual(seen.map(([done]) => done).toSorted((left, right) => left - right));
  await expect(openDataset(root, { ...options, signal: AbortSignal.abort() })).rejects.toThrow('aborted');
});

test('code points beyond U+FFFF come after all others', () => {
  expect(['\u{1f408}', '\uff21', 'b', 'B', 'ba'].sort(codePointOrder)).toEqual(['B', 'b', 'ba', '\uff21', '\u{1f408}']);
});

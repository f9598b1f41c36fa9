import { renameSync } from 'node:fs';
import { chmod, mkdir, symlink } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { readContent, readStructure, type DatasetContent } from '../../../../src/engine/dataset/read-content.ts';
import type { DatasetStructure } from '../../../../src/shared/contract/dataset-structure.ts';
import type { ErrorCode } from '../../../../src/shared/errors/thaw-error.ts';
import { expectError } from '../../../support/expect-error.ts';
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

describe('what is wrong with a part is said and listed, and the rest is read', () => {
  const reasons = (content: DatasetContent): Record<string, string> =>
    Object.fromEntries(content.skipped.map(({ path: name, reason }) => [name, reason]));

  test('an empty class and one that has validation images alone', async () => {
    await writeFiles(root, {
      ...images('train/cat/1.png', 'train/dog/1.png', 'val/cat/2.png', 'val/owl/1.png'),
      'train/newt/readme.txt': 'none yet',
    });
    await mkdir(path.join(root, 'train/toad'));
    const content = await open();
    expect(content.classes).toEqual(['cat', 'dog']);
    expect(read(content).length).toBe(3);
    expect(content.structure.notes).toEqual([
      expect.stringContaining("'newt', 'toad'"),
      expect.stringContaining("'owl' has no training images"),
    ]);
    expect(reasons(content)).toMatchObject({
      newt: expect.stringContaining('no usable training image') as string,
      'val/owl/1.png': expect.stringContaining("its class 'owl'") as string,
    });
  });

  test('two classes that differ by case alone stay two, and that is said', async () => {
    await writeFiles(root, {
      ...images('a.png', 'b.png', 'c.png'),
      'labels.csv': 'path,label\na.png,Cat\nb.png,cat\nc.png,dog\n',
    });
    const content = await open();
    expect(content.classes).toEqual(['Cat', 'cat', 'dog']);
    expect(content.structure.notes).toEqual([expect.stringContaining("'Cat', 'cat' differ only by case")]);
  });

  test('lines of a manifest that are wrong, each by its number', async () => {
    const lines = [
      'path,label,split',
      'a.png,cat,train',
      'gone.png,cat,train',
      '../../../etc/passwd,cat,train',
      'b.png,,train',
      'b.png,dog,somewhere',
      'a.png,dog,train',
      ',cat,train',
      'c.png,dog,train',
    ];
    await writeFiles(root, { ...images('a.png', 'b.png', 'c.png', 'd.png'), 'labels.csv': lines.join('\n') });
    const content = await open({ kind: 'manifest', file: 'labels.csv' });
    expect(read(content)).toEqual(['train cat a.png', 'train dog c.png']);
    expect(content.skipped.map(({ path: name, reason }) => `${name}: ${reason}`)).toEqual([
      '../../../etc/passwd: there is no such file (line 4 of labels.csv)',
      'a.png: it was named before, as cat of train, and that counts (line 7 of labels.csv)',
      'b.png: the line names no class (line 5 of labels.csv)',
      "b.png: 'somewhere' is no split (line 6 of labels.csv)",
      'b.png: labels.csv does not name it',
      'd.png: labels.csv does not name it',
      'gone.png: there is no such file (line 3 of labels.csv)',
      'labels.csv: the line names no file (line 8 of labels.csv)',
    ]);
  });

  test('other files beside the images make the ids of a manifest none the less plain', async () => {
    await writeFiles(root, {
      ...images('a/im0.png', 'a/im1.png', 'b/im2.png', 'c/im2.jpg'),
      'a/im0.xml': '<boxes/>',
      'a/im1.txt': 'boxes',
      'notes.txt': 'of no image',
      'labels.csv': 'id,label\nim0,cat\nim1,dog\nim2,dog\nnotes,dog\n',
    });
    const content = await open({ kind: 'manifest', file: 'labels.csv' });
    expect(read(content)).toEqual(['train cat a/im0.png', 'train dog a/im1.png']);
    expect(reasons(content)).toMatchObject({
      im2: 'several files have its name (line 4 of labels.csv)',
      'notes.txt': expect.stringContaining('the file is no image') as string,
    });
    expect((await open()).structure.structure).toEqual({ kind: 'manifest', file: 'labels.csv' });
  });

  test('a manifest in another encoding: the lines that can be read are', async () => {
    const latin1 = Buffer.from('path,label\na.png,cat\nb.png,hérisson\nc.png,dog\n', 'latin1');
    await writeFiles(root, { ...images('a.png', 'b.png', 'c.png'), 'labels.csv': latin1 });
    const content = await open();
    expect(read(content)).toEqual(['train cat a.png', 'train dog c.png']);
    expect(content.structure.notes).toEqual([expect.stringContaining('labels.csv is not UTF-8')]);
    expect(reasons(content)['b.png']).toContain('does not name it');
    expect(content.skipped.map(({ reason }) => reason)).toContain('the line is not UTF-8 text (line 3 of labels.csv)');
  });

  test('a manifest that spreadsheets saved as UTF-16 is read', async () => {
    const wide = Buffer.from('\ufeffpath\tlabel\na.png\tcät\nb.png\tdog\n', 'utf16le');
    await writeFiles(root, { ...images('a.png', 'b.png'), 'labels.tsv': wide });
    expect((await open()).classes).toEqual(['cät', 'dog']);
  });

  test.each([
    ['labels for another number of images', { 'train-labels-idx1-ubyte': idxFile([4], [1, 2, 3, 4]) }, '4 labels'],
    ['a file cut short', { 'train-images-idx3-ubyte': idxImages(5).subarray(0, 60) }, '44 are there'],
    [
      'a header that claims the moon',
      { 'train-images-idx3-ubyte': Buffer.from([0, 0, 8, 3, ...Array<number>(12).fill(255)]) },
      'more than',
    ],
    ['a page in place of the file', { 'train-images-idx3-ubyte': '<html>not found' }, 'no IDX file'],
  ])('a pair of IDX files that cannot be read: %s', async (_, broken, reason) => {
    await writeFiles(root, {
      'train-images-idx3-ubyte': idxImages(5),
      'train-labels-idx1-ubyte': idxFile([5], [1, 2, 3, 4, 5]),
      ...broken,
    });
    await expectError(() => open(), 'dataset.empty', 'no pair to train on', `train-images-idx3-ubyte: `, reason);
    await writeFiles(root, {
      'validation-images-idx3-ubyte': idxImages(2, 9),
      'validation-labels-idx1-ubyte': idxFile([2], [1, 2]),
    });
    const { listing } = await readStructure(root, {});
    expect(listing.refused).toEqual([
      { path: 'train-images-idx3-ubyte', reason: expect.stringContaining(reason) as string },
    ]);
    expect(listing.contained.length).toBe(2);
  });

  test('130,000 images of one pixel in one file', async () => {
    const count = 130_000;
    const values = Array.from({ length: count }, (_, index) => index % 251);
    await writeFiles(root, {
      'train-images-idx3-ubyte': idxFile([count, 1, 1], values),
      'train-labels-idx1-ubyte': idxFile(
        [count],
        values.map((value) => value % 2),
      ),
    });
    const content = await open();
    expect([content.classes, content.images.length]).toEqual([['0', '1'], count]);
  }, 120_000);

  test('10,000 classes, and links that lead out or in circles', async () => {
    await Promise.all(Array.from({ length: 10_000 }, (_, index) => mkdir(path.join(root, `class ${index}`))));
    await writeFiles(root, images('class 7/1.png', 'class 9/1.png', 'class 9/2.png'));
    await symlink('..', path.join(root, 'class 7/loop'));
    await symlink(folder, path.join(root, 'away'));
    const content = await open();
    expect(content.classes).toEqual(['class 7', 'class 9']);
    expect(content.structure.notes).toEqual([expect.stringContaining('and 9993 more')]);
    expect(content.skipped.length).toBe(10_000);
    expect(reasons(content)).toMatchObject({
      'class 7/loop': expect.stringContaining('holds it') as string,
      away: expect.stringContaining('out of the dataset') as string,
    });
  }, 120_000);

  test('but a disk that is unplugged while it is read leaves no dataset', async () => {
    await writeFiles(
      root,
      images(...Array.from({ length: 30 }, (_, index) => `${index % 2 ? 'cat' : 'dog'}/${index}.png`)),
    );
    let unplugged = false;
    const onProgress = (): void => {
      if (!unplugged) renameSync(root, `${root} unplugged`);
      unplugged = true;
    };
    await expectError(() => readContent(root, { onProgress }), 'dataset.missing', 'has gone');
  });

  // The superuser reads everything.
  test.skipIf(process.getuid?.() === 0)('folders that may not be read', async () => {
    await writeFiles(root, images('train/cat/1.png', 'train/dog/1.png', 'train/owl/1.png', 'test/cat/9.png'));
    const closed = ['train/owl', 'test'].map((name) => path.join(root, name));
    for (const name of closed) await chmod(name, 0o000);
    try {
      const content = await open();
      expect(content.classes).toEqual(['cat', 'dog']);
      expect(reasons(content)).toMatchObject({
        'train/owl': expect.stringContaining('permission denied') as string,
        test: expect.stringContaining('permission denied') as string,
      });
    } finally {
      for (const name of closed) await chmod(name, 0o700);
    }
  });

  test('very long names and those of any script', async () => {
    const long = 'ねこ'.repeat(40);
    await writeFiles(root, images(`${long}/${long}.png`, 'кот/1.png', 'قطة/صورة.png'));
    expect((await open()).classes).toEqual(['кот', 'قطة', long]);
  });
});

describe('a structure that is asked for and does not fit is refused', () => {
  test.each<readonly [string, DatasetStructure, ErrorCode, readonly string[]]>([
    ['a manifest that is not there', { kind: 'manifest', file: 'x.csv' }, 'dataset.missing', ['x.csv']],
    ['a manifest out of the folder', { kind: 'manifest', file: '../labels.csv' }, 'dataset.missing', ['within']],
    [
      'a manifest without classes',
      { kind: 'manifest', file: 'sizes.csv' },
      'dataset.classes',
      ['a column of paths and one of classes'],
    ],
    ['a pattern without a class', { kind: 'namedFiles', pattern: '*.#' }, 'usage.invalid', ['no {class}']],
    [
      'a pattern that no name fits',
      { kind: 'namedFiles', pattern: '{class}@#' },
      'dataset.empty',
      ['as {class}@#, but no name', 'cat/1.png: its name does not fit the pattern {class}@#', 'Give the pattern'],
    ],
    [
      'a pattern that finds one class',
      { kind: 'namedFiles', pattern: 's{class}' },
      'dataset.classes',
      ["only 'izes'", 'cat/1.png: its name does not fit'],
    ],
    [
      'a manifest that names no file of the folder',
      { kind: 'manifest', file: 'lost.csv' },
      'dataset.empty',
      [
        'no line of lost.csv names one',
        'gone/11.png: there is no such file (line 2 of lost.csv)',
        'gone/13.png: there is no such file (line 4 of lost.csv); and ',
        'by its path',
      ],
    ],
    [
      'a manifest whose files are no images',
      { kind: 'manifest', file: 'texts.csv' },
      'dataset.empty',
      ['among the files that texts.csv names', '2 files were', 'lost.csv: the file is no image'],
    ],
    ['splits', { kind: 'splitFolders' }, 'dataset.classes', ['needs a train folder']],
    ['IDX files', { kind: 'idx' }, 'dataset.empty', ['has no pair', 'cat: it is no IDX file']],
  ])('%s', async (_, structure, code, words) => {
    await writeFiles(root, {
      ...images('cat/1.png', 'dog/1.png'),
      'sizes.csv': 'path,bytes\ncat/1.png,1\n',
      'lost.csv': `path,label\n${[11, 12, 13, 14].map((index) => `gone/${index}.png,cat`).join('\n')}\n`,
      'texts.csv': 'path,label\nlost.csv,a\nsizes.csv,b\n',
    });
    await expectError(() => open(structure), code, ...words);
  });
});

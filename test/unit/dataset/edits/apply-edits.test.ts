import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { applyEdits } from '../../../../src/engine/dataset/edits/apply-edits.ts';
import { splitContent } from '../../../../src/engine/dataset/open-dataset.ts';
import { readContent, type DatasetContent } from '../../../../src/engine/dataset/read-content.ts';
import { countLeaks } from '../../../../src/engine/dataset/split/leaks.ts';
import type { SplitOptions } from '../../../../src/engine/dataset/split/split-images.ts';
import type { ImageEdit } from '../../../../src/shared/contract/dataset-edits.ts';
import { expectError } from '../../../support/expect-error.ts';
import { smallPng, writeFiles } from '../../../support/pattern-image.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const usual: SplitOptions = { validationShare: 0.25, seed: 1 };
const root = temporaryFolder();
let folders: DatasetContent;
let given: DatasetContent;
let loose: DatasetContent;

const files = (folder: string, count: number, first: number): [string, Promise<Uint8Array>][] =>
  Array.from({ length: count }, (_, index) => [`${folder}/${index}.png`, smallPng(first + index)]);

const written = async (name: string, entries: readonly [string, Promise<Uint8Array>][]): Promise<DatasetContent> =>
  readContent(await writeFiles(path.join(root, name), Object.fromEntries(entries)), {});

beforeAll(async () => {
  folders = await written('folders', [...files('cat', 6, 0), ...files('dog', 6, 20), ['dog/copy.png', smallPng(0)]]);
  given = await written('given', [
    ...files('train/cat', 4, 0),
    ...files('train/dog', 4, 20),
    ...files('val/cat', 2, 40),
    ...files('val/dog', 2, 60),
    ['train/dog/leak.png', smallPng(60)],
  ]);
  loose = await written('loose', files('.', 6, 0));
});

const edited = (content: DatasetContent, ...edits: readonly ImageEdit[]) =>
  applyEdits(content, new Map(edits.map((edit) => [edit.path, edit])));
const version = (content: DatasetContent, ...edits: readonly ImageEdit[]): string =>
  splitContent(edited(content, ...edits), usual).version;

describe('edits of a folder', () => {
  it('relabel images, and make a class come into being', () => {
    const content = edited(folders, { path: 'cat/0.png', className: 'bird' }, { path: 'cat/1.png', className: 'dog' });
    expect(content.classes).toEqual(['bird', 'cat', 'dog']);
    const classOf = new Map(content.images.map((image) => [image.path, image.className]));
    expect(classOf.get('cat/0.png')).toBe('bird');
    expect(classOf.get('cat/1.png')).toBe('dog');
    expect(classOf.get('cat/2.png')).toBe('cat');
  });

  it('leave a class out and list it once nothing of it trains', () => {
    const cats = folders.images.filter(({ className }) => className === 'cat');
    const content = edited(folders, ...cats.map(({ path: file }): ImageEdit => ({ path: file, className: 'hound' })), {
      path: 'cat/0.png',
      className: 'bird',
      split: 'validation',
    });
    expect(content.classes).toEqual(['dog', 'hound']);
    expect(content.untrained.map((image) => image.path)).toEqual(['cat/0.png']);
    expect(content.skipped).toEqual([
      { path: 'bird', reason: 'the class has no usable training image and is left out' },
      { path: 'cat', reason: 'the class has no usable training image and is left out' },
      { path: 'cat/0.png', reason: "its class 'bird' has no training image" },
    ]);
  });

  it('leave images out of every split', () => {
    const content = edited(folders, { path: 'cat/0.png', excluded: true });
    expect(content.images.some((image) => image.path === 'cat/0.png')).toBe(false);
    expect(content.excluded).toMatchObject([{ path: 'cat/0.png', className: 'cat', split: 'train' }]);
  });

  it('give classes to images of a folder that says none', async () => {
    const one = edited(loose, { path: '0.png', className: 'cat' });
    expect(one).toMatchObject({ classes: ['cat'], unlabelled: { length: 5 } });
    await expectError(() => splitContent(one, usual), 'dataset.classes', "only 'cat' has images");
    const labels = ['cat', 'cat', 'cat', 'dog', 'dog', 'dog'];
    const all = edited(loose, ...labels.map((className, index): ImageEdit => ({ path: `${index}.png`, className })));
    expect(all.unlabelled).toEqual([]);
    expect(splitContent(all, usual)).toMatchObject({ classes: ['cat', 'dog'], images: { length: 6 } });
  });

  it('are told where they leave nothing', async () => {
    const none = edited(folders, ...folders.images.map((image): ImageEdit => ({ path: image.path, excluded: true })));
    await expectError(() => splitContent(none, usual), 'dataset.classes', 'no image', 'thaw dataset undo');
    const unheld = edited(
      given,
      ...given.images.flatMap((image): ImageEdit[] =>
        image.split === 'validation' ? [{ path: image.path, excluded: true }] : [],
      ),
    );
    await expectError(() => splitContent(unheld, usual), 'dataset.images', 'left out or moved');
  });

  it('are part of the version, and none of them leaves it as it was', () => {
    const plain = splitContent(folders, usual).version;
    expect(version(folders)).toBe(plain);
    expect(version(folders, { path: 'gone.png', excluded: true })).toBe(plain);
    const { split } = splitContent(folders, usual).images.find((image) => image.path === 'cat/1.png') ?? {};
    const versions = [
      plain,
      version(folders, { path: 'cat/1.png', className: 'dog' }),
      version(folders, { path: 'cat/1.png', excluded: true }),
      version(folders, { path: 'cat/1.png', tags: ['odd'] }),
      version(folders, { path: 'cat/1.png', tags: ['dark'] }),
      // Kept where it is anyway: with another seed it would not be.
      version(folders, { path: 'cat/1.png', split }),
    ];
    expect(new Set(versions).size).toBe(versions.length);
  });
});

describe('an image that is kept in a split', () => {
  const plans: SplitOptions[] = [
    usual,
    { ...usual, seed: 5 },
    { ...usual, split: { kind: 'share', testShare: 0.2 } },
    ...[1, 2, 3].map((fold): SplitOptions => ({ ...usual, split: { kind: 'folds', folds: 3, fold } })),
  ];

  it.each(plans)('stays there with its copies, however the others are divided: %j', (plan) => {
    for (const split of ['train', 'validation', 'test'] as const) {
      const { images } = splitContent(edited(folders, { path: 'cat/0.png', split }), plan);
      const found = images.filter((image) => image.path === 'cat/0.png' || image.path === 'dog/copy.png');
      expect(found.map((image) => image.split)).toEqual([split, split]);
      expect(new Set(images.filter((image) => image.split === 'train').map(({ label }) => label)).size).toBe(2);
      expect(countLeaks(images)).toBe(0);
    }
  });

  it('moves no other image', () => {
    // As many as leave nothing to the rules for classes of few images.
    const many: DatasetContent = {
      ...folders,
      images: Array.from({ length: 200 }, (_, index): DatasetContent['images'][number] => {
        const className = index % 2 === 0 ? 'cat' : 'dog';
        const file = `${className}/${index}.png`;
        return { path: file, className, split: 'train', bytes: 1, contentHash: `of ${file}` };
      }),
    };
    const splits = (content: DatasetContent): Map<string, string> =>
      new Map(splitContent(content, usual).images.map((image) => [image.path, image.split]));
    const before = splits(many);
    const trains = [...before].find(([, split]) => split === 'train')?.[0] ?? '';
    const after = splits(edited(many, { path: trains, split: 'validation' }));
    expect([...after].filter(([file, split]) => before.get(file) !== split)).toEqual([[trains, 'validation']]);
  });

  it('takes its copies out of training where a dataset brings its own validation', () => {
    expect(countLeaks(splitContent(given, usual).images)).toBe(1);
    const { images } = splitContent(edited(given, { path: 'val/dog/0.png', split: 'validation' }), usual);
    expect(images.find((image) => image.path === 'train/dog/leak.png')?.split).toBe('validation');
    expect(countLeaks(images)).toBe(0);
  });

  it('keeps its copies there where it is left out itself, as when duplicates are mended', () => {
    for (const split of ['validation', 'test'] as const) {
      const { images } = splitContent(edited(folders, { path: 'dog/copy.png', split, excluded: true }), {
        ...usual,
        split: { kind: 'folds', folds: 3, fold: 1 },
      });
      expect(images.filter((image) => image.path === 'dog/copy.png')).toEqual([]);
      expect(images.find((image) => image.path === 'cat/0.png')).toMatchObject({ split, pinned: split });
    }
  });

  it('takes its group with it, and where nothing of a class is left to train on that is said', async () => {
    const grouped = { ...usual, groupPattern: '^(?:cat|dog)/([0-2])' };
    const { images } = splitContent(edited(folders, { path: 'cat/1.png', split: 'validation' }), grouped);
    expect(images.find((image) => image.path === 'dog/1.png')?.split).toBe('validation');
    await expectError(
      () => splitContent(edited(folders, { path: 'cat/0.png', split: 'test' }), { ...usual, groupPattern: '^(cat)/' }),
      'dataset.images',
      "all of 'cat' stay together",
    );
  });
});

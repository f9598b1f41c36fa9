import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { outlineFeatures, splitOutline } from '../../../../src/engine/training/features-file/outline-features.ts';
import { readFeatures } from '../../../../src/engine/training/features-file/read-features.ts';
import type { ErrorCode } from '../../../../src/shared/errors/thaw-error.ts';
import { expectError } from '../../../support/expect-error.ts';
import { writeNumpyFile, type NumpyArrays } from '../../../support/features-file.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { never } from '../../../support/training-job.ts';

const folder = temporaryFolder();
let file = '';
let files = 0;
beforeEach(() => {
  file = path.join(folder, `${(files += 1)}.npz`);
});

const options = { validationShare: 0.25, seed: 1, signal: never };
const read = async (arrays: NumpyArrays) => readFeatures(await writeNumpyFile(file, arrays), options);

/** Eight rows of two, each of its own number. */
const ROWS = [0, 1, 2, 3, 4, 5, 6, 7];
const features = { shape: [8, 2], data: ROWS.flatMap((row) => [row, -row]) };
const LABELS = [0, 1, 0, 1, 0, 1, 0, 1];

describe('a features file', () => {
  it('has labels that are names, which are the classes in their order', async () => {
    const { dataset } = await read({
      floats: { features },
      texts: { labels: ['owl', 'fox', 'owl', 'fox', 'owl', 'fox', 'owl', 'fox'] },
    });
    expect(dataset.classes).toEqual(['fox', 'owl']);
    expect(dataset.images.map(({ label }) => label)).toEqual([1, 0, 1, 0, 1, 0, 1, 0]);
    expect(dataset.images.map((image) => image.path)).toEqual(ROWS.map((row) => `row ${row}`));
  });

  it('has labels that are numbers, of named classes or standing for themselves', async () => {
    const named = await read({ floats: { features }, integers: { labels: LABELS }, texts: { classes: ['z', 'a'] } });
    expect([named.dataset.classes, named.dataset.images.map(({ label }) => label)]).toEqual([['z', 'a'], LABELS]);
    const bare = await read({ floats: { features }, integers: { labels: [10, 3, 10, 3, 10, 3, 10, 3] } });
    expect(bare.dataset.classes).toEqual(['3', '10']);
    expect(bare.dataset.images.map(({ label }) => label)).toEqual([1, 0, 1, 0, 1, 0, 1, 0]);
  });

  it('leaves out what has no class, and keeps the other rows together', async () => {
    const {
      features: kept,
      dataset,
      unlabelled,
    } = await read({
      floats: { features },
      integers: { labels: [-1, 1, 0, -1, 0, 1, -1, 1] },
      texts: { paths: ROWS.map((row) => `${row}.png`) },
    });
    expect(unlabelled).toBe(3);
    expect([...(kept[0] ?? [])]).toEqual([1, -1, 2, -2, 4, -4, 5, -5, 7, -7]);
    expect(dataset.images.map((image) => image.path)).toEqual(['1.png', '2.png', '4.png', '5.png', '7.png']);
  });

  it('holds validation rows out by content where it brings no split, and takes the one that it brings', async () => {
    const held = await read({ floats: { features }, integers: { labels: LABELS } });
    const validation = held.dataset.images.filter(({ split }) => split === 'validation');
    expect(validation.length).toBeGreaterThanOrEqual(2);
    expect(new Set(validation.map(({ label }) => label)).size).toBe(2);
    const again = await read({ floats: { features }, integers: { labels: LABELS } });
    expect(again.dataset).toEqual({ ...held.dataset, root: again.dataset.root });

    const own = ['train', 'train', 'validation', 'train', '', 'test', 'train', 'train'];
    const brought = await read({ floats: { features }, integers: { labels: LABELS }, texts: { splits: own } });
    expect(brought.dataset.images.map(({ split }) => split)).toEqual(own.map((split) => split || 'train'));
  });

  it('keeps rows in their split that were decided to stay there, however a plan divides the others', async () => {
    const splits = ['validation', 'test', 'train', 'train', 'train', 'train', 'train', 'train'];
    const written = await writeNumpyFile(file, {
      floats: { features },
      integers: { labels: LABELS, pinned: [1, 1, 0, 0, 0, 0, 0, 0] },
      texts: { splits },
    });
    const folds = [1, 2, 3].map((fold) => ({ ...options, split: { kind: 'folds', folds: 3, fold } as const }));
    const share = { ...options, split: { kind: 'share', testShare: 0.2 } as const };
    const outlined = await outlineFeatures(written);
    for (const plan of [...folds, share]) {
      const { images } = (await readFeatures(written, plan)).dataset;
      expect(images.slice(0, 2).map(({ split }) => split)).toEqual(['validation', 'test']);
      const shown = splitOutline(outlined, plan).images;
      expect(shown.map(({ split }) => split)).toEqual(images.map(({ split }) => split));
    }
    await expectError(
      () => read({ floats: { features }, integers: { labels: LABELS, pinned: [1] } }),
      'features.unreadable',
      "'pinned' must be whole numbers of the shape [8]",
    );
  });

  it('has another version when anything in it is another', async () => {
    const one = await read({ floats: { features }, integers: { labels: LABELS } });
    const data = features.data.with(3, 0.5);
    const other = await read({ floats: { features: { ...features, data } }, integers: { labels: LABELS } });
    expect(other.dataset.version).not.toBe(one.dataset.version);
  });

  const metadata = (changes: Readonly<Record<string, unknown>>): string =>
    JSON.stringify({ schemaVersion: 1, thaw: '0.1.0', network: 'x', layers: ['a'], ...changes });
  const refused: Readonly<Record<string, readonly [NumpyArrays, ErrorCode, ...string[]]>> = {
    'no features': [{ integers: { labels: LABELS } }, 'features.unreadable', "no array 'features'"],
    'no labels': [{ floats: { features } }, 'dataset.classes', "no array 'labels'"],
    'labels that are floats': [
      { floats: { features, labels: { shape: [8], data: LABELS } } },
      'features.unreadable',
      'whole numbers or texts',
    ],
    'too few labels': [{ floats: { features }, integers: { labels: [0, 1] } }, 'features.unreadable', '[8]', '[2]'],
    'a label beyond its classes': [
      { floats: { features }, integers: { labels: LABELS.with(5, 2) }, texts: { classes: ['a', 'b'] } },
      'features.unreadable',
      'from 0 to 1',
      'found 2 in row 5',
    ],
    'a name that is no class': [
      { floats: { features }, texts: { labels: LABELS.map(String), classes: ['0', '2'] } },
      'features.unreadable',
      "row 1 is '1'",
    ],
    'a class twice': [
      { floats: { features }, integers: { labels: LABELS }, texts: { classes: ['a', 'a'] } },
      'features.unreadable',
      "'a' is there twice",
    ],
    'one class': [{ floats: { features }, integers: { labels: ROWS.map(() => 3) } }, 'dataset.classes', "only '3'"],
    'one image a class': [
      { floats: { features: { shape: [2, 2], data: [1, 2, 3, 4] } }, integers: { labels: [0, 1] } },
      'dataset.images',
      'validation',
    ],
    'features without a size': [
      { floats: { features: { shape: [8], data: ROWS } }, integers: { labels: LABELS } },
      'features.unreadable',
      '[images, ...]',
      '[8]',
    ],
    'features of no rows': [
      { floats: { features: { shape: [0, 2], data: [] } }, integers: { labels: [] } },
      'features.unreadable',
      '0 rows',
    ],
    'features that are whole numbers': [
      { integers: { features: LABELS, labels: LABELS } },
      'features.unreadable',
      'features are floats',
    ],
    'a feature that is no number': [
      { floats: { features: { ...features, data: features.data.with(7, NaN) } }, integers: { labels: LABELS } },
      'features.unreadable',
      'found NaN in row 3',
    ],
    'an infinite feature': [
      { floats: { features: { ...features, data: features.data.with(15, -Infinity) } }, integers: { labels: LABELS } },
      'features.unreadable',
      'found -Infinity in row 7',
    ],
    'a split there is not': [
      { floats: { features }, integers: { labels: LABELS }, texts: { splits: ROWS.map(() => 'holdout') } },
      'features.unreadable',
      "'holdout' in row 0",
    ],
    'metadata of a newer Thaw': [
      {
        floats: { features },
        integers: { labels: LABELS },
        texts: { metadata: [metadata({ schemaVersion: 9, thaw: '7.0' })] },
      },
      'features.unreadable',
      'expected version 1',
      'found version 9',
      'Thaw 7.0',
    ],
    'metadata that lacks something': [
      { floats: { features }, integers: { labels: LABELS }, texts: { metadata: [metadata({})] } },
      'features.unreadable',
      "at 'preprocessing'",
    ],
  };
  it.each(Object.entries(refused))(
    'with %s is refused, saying what was expected',
    async (_, [arrays, code, ...words]) => {
      await expectError(() => read(arrays), code, ...words);
    },
  );

  it('with metadata of another program is one of others', async () => {
    const { description } = await read({
      floats: { features },
      integers: { labels: LABELS },
      texts: { metadata: ['made by hand'] },
    });
    expect(description.metadata).toBeNull();
  });

  it('must be there, and a file of NumPy', async () => {
    await expectError(() => readFeatures(file, options), 'features.unreadable', 'nothing of that name');
    await expectError(() => readFeatures(folder, options), 'features.unreadable', 'a folder');
    writeFileSync(file, '<!doctype html>');
    await expectError(() => readFeatures(file, options), 'features.unreadable', file);
  });
});

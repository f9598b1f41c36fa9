import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createService } from '../../../src/engine/service/create-service.ts';
import type { CorrectLabelsRequest, CorrectedLabels } from '../../../src/shared/contract/correct-labels.ts';
import type { DatasetView, ImageEntry } from '../../../src/shared/contract/dataset-view.ts';
import type { EventOf } from '../../../src/shared/contract/endpoint.ts';
import { expectError } from '../../support/expect-error.ts';
import { patternImage, smallPng, writeFiles } from '../../support/pattern-image.ts';
import { smallDisk, whyNoSmallDisk } from '../../support/small-disk.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const root = temporaryFolder();
const service = createService({ home: path.join(root, 'home'), cache: path.join(root, 'cache') });
afterAll(() => service.close());
let made = 0;
const noDisk = whyNoSmallDisk();

type Files = Record<string, string | Uint8Array | Promise<Uint8Array>>;

const photos = (before = '', classes = ['cat', 'dog'], count = 4): Files =>
  Object.fromEntries(
    classes.flatMap((name, label) =>
      Array.from({ length: count }, (_, index) => [`${before}${name}/${index}.png`, smallPng(label * 500 + index)]),
    ),
  );

class Opened {
  readonly folder: string;
  view: DatasetView;

  constructor(folder: string, view: DatasetView) {
    this.folder = folder;
    this.view = view;
  }

  async images(): Promise<readonly ImageEntry[]> {
    const { datasetId } = this.view;
    const asked = { datasetId, offset: 0, limit: 1000, excluded: 'with' } as const;
    return (await service.transport.invoke('dataset.images', asked)).images;
  }

  /** What each image is, by its path. */
  async classes(): Promise<Record<string, string | undefined>> {
    this.view = await open(this.folder).then(({ view }) => view);
    const images = await this.images();
    return Object.fromEntries(images.map((image) => [image.path, this.view.classes[image.classIndex]?.name]));
  }

  async idOf(file: string): Promise<string> {
    return (await this.images()).find((image) => image.path === file)?.imageId ?? 'unknown';
  }

  correct(...corrections: CorrectLabelsRequest['corrections']): Promise<CorrectedLabels> {
    return service.transport.invoke('predictions.correct', { datasetId: this.view.datasetId, corrections });
  }

  get files(): string[] {
    return readdirSync(this.folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(this.folder, path.join(entry.parentPath, entry.name)))
      .sort();
  }
}

async function open(files: Files | string): Promise<Opened> {
  const folder = typeof files === 'string' ? files : await writeFiles(path.join(root, `photos-${(made += 1)}`), files);
  return new Opened(
    folder,
    await service.transport.invoke('dataset.open', { dataset: { kind: 'folder', path: folder } }),
  );
}

/** A file from elsewhere, as a window names it. */
async function given(name: string, content: string | Uint8Array | Promise<Uint8Array>): Promise<{ grantId: string }> {
  const folder = await writeFiles(path.join(root, `given-${(made += 1)}`), { [name]: content });
  const { grantId } = await service.grant(path.join(folder, name));
  return { grantId };
}

describe('corrected labels of images that the dataset has', () => {
  it('are one step of several classes, taken back as a whole, and change no file', async () => {
    const opened = await open(photos());
    const before = opened.files;
    const corrected = await opened.correct(
      { image: { imageId: await opened.idOf('cat/0.png') }, class: 'dog' },
      { image: { imageId: await opened.idOf('dog/1.png') }, class: 'cat' },
      { image: { imageId: await opened.idOf('cat/2.png') }, class: 'cat' },
    );
    expect(corrected).toMatchObject({ relabelled: 2, added: [], unchanged: 1 });
    expect(await opened.classes()).toMatchObject({ 'cat/0.png': 'dog', 'dog/1.png': 'cat', 'cat/2.png': 'cat' });
    expect(opened.view.edits.undo).toBe('Give 2 images the right class');
    const { datasetId } = opened.view;
    const undone = await service.transport.invoke('dataset.undo', { datasetId });
    expect(undone.edits.images).toBe(0);
    expect(await opened.classes()).toMatchObject({ 'cat/0.png': 'cat', 'dog/1.png': 'dog' });
    expect(opened.files).toEqual(before);
  });

  it('are those of all its copies where a file of the same content comes from elsewhere', async () => {
    const opened = await open({ ...photos(), 'dog/copy.png': smallPng(0) });
    const image = await given('elsewhere.png', smallPng(0));
    expect(await opened.correct({ image, class: 'cat' })).toMatchObject({ relabelled: 1, added: [], unchanged: 1 });
    expect(await opened.classes()).toMatchObject({ 'cat/0.png': 'cat', 'dog/copy.png': 'cat' });
    expect(await opened.correct({ image, class: 'cat' })).toMatchObject({ relabelled: 0, added: [], unchanged: 2 });
  });
});

describe('images from elsewhere', () => {
  it('are copied into the folder of their class, and told to the windows', async () => {
    const opened = await open(photos());
    const told: EventOf<'dataset'>[] = [];
    const end = service.transport.subscribe('dataset', (event) => told.push(event));
    const content = await smallPng(77);
    const corrected = await opened.correct({ image: await given('tabby.png', content), class: 'cat' });
    end();
    expect(corrected).toMatchObject({ relabelled: 0, added: ['cat/tabby.png'], unchanged: 0 });
    expect(readFileSync(path.join(opened.folder, 'cat/tabby.png'))).toEqual(Buffer.from(content));
    expect(await opened.classes()).toMatchObject({ 'cat/tabby.png': 'cat' });
    expect(told).toContainEqual(expect.objectContaining({ change: 'files', added: 1, problem: null }));
  });

  it('never take the place of what is there, nor one of another’s copy', async () => {
    const opened = await open(photos());
    const kept = readFileSync(path.join(opened.folder, 'cat/0.png'));
    const corrected = await opened.correct(
      { image: await given('0.png', smallPng(81)), class: 'cat' },
      { image: await given('0.png', smallPng(82)), class: 'cat' },
      { image: await given('other.png', smallPng(82)), class: 'cat' },
    );
    expect(corrected.added).toEqual(['cat/0-2.png', 'cat/0-3.png']);
    expect(readFileSync(path.join(opened.folder, 'cat/0.png'))).toEqual(kept);
  });

  it.each([
    ['the training images of a dataset with splits', { ...photos('train/'), ...photos('val/') }, 'train/cat/new.png'],
    ['a folder within a folder', photos('unpacked/'), 'unpacked/cat/new.png'],
  ] as const)('go to %s', async (_, files, place) => {
    const copies: Files = Object.fromEntries(
      Object.entries(files).map(([name, bytes], seed) => [name, name.startsWith('val') ? smallPng(900 + seed) : bytes]),
    );
    const opened = await open(copies);
    const corrected = await opened.correct({ image: await given('new.png', smallPng(91)), class: 'cat' });
    expect(corrected.added).toEqual([place]);
    expect(await opened.classes()).toMatchObject({ [place]: 'cat' });
  });

  it('come into the dataset once, whoever else corrects them at the same moment', async () => {
    const opened = await open(photos());
    const image = await given('same.png', smallPng(79));
    const [first, second] = await Promise.all(['cat', 'dog'].map((own) => opened.correct({ image, class: own })));
    expect([first?.added, second?.added, second?.relabelled]).toEqual([['cat/same.png'], [], 1]);
    expect(await opened.classes()).toMatchObject({ 'cat/same.png': 'dog' });
    expect(opened.files).toHaveLength(9);
  });

  it('are refused where they are cut off, for none would come of it', async () => {
    const opened = await open(photos());
    const before = opened.files;
    for (const [name, whole] of [
      ['cut.jpg', await patternImage(300, 300).jpeg().toBuffer()],
      ['cut.png', await patternImage(300, 300).png().toBuffer()],
    ] as const) {
      const image = await given(name, whole.subarray(0, 2000));
      await expectError(() => opened.correct({ image, class: 'cat' }), 'image.unreadable', name, 'Nothing was changed');
    }
    expect(opened.files).toEqual(before);
  });

  it('make a new class with a folder of its own', async () => {
    const opened = await open(photos());
    const corrected = await opened.correct(
      { image: await given('a.png', smallPng(93)), class: 'red fox' },
      { image: await given('b.png', smallPng(94)), class: 'red fox' },
    );
    expect(corrected.added).toEqual(['red fox/a.png', 'red fox/b.png']);
    expect((await opened.classes())['red fox/a.png']).toBe('red fox');
  });

  it.each(['..', 'a/b', 'train', '.hidden', 'what?', 'CON', 'lpt1.old', '\ud83d'])(
    'make no class called %s',
    async (name) => {
      const opened = await open(photos());
      const before = opened.files;
      const image = await given('a.png', smallPng(95));
      await expectError(() => opened.correct({ image, class: name }), 'dataset.classes', 'name of a folder', name);
      expect(opened.files).toEqual(before);
    },
  );

  it('are refused where the dataset has no place for them, and why', async () => {
    const named = Object.fromEntries(
      ['cat', 'dog'].flatMap((name, label) =>
        [1, 2, 3].map((index) => [`${name}.${index}.png`, smallPng(label * 500 + index)] as const),
      ),
    );
    const list = Object.keys(named).map((name) => `${name},${name.slice(0, 3)}\r\n`);
    const image = await given('a.png', smallPng(96));
    for (const [files, words] of [
      [named, "the files' names"],
      [{ ...named, 'labels.csv': `path,label\r\n${list.join('')}` }, 'labels.csv says'],
    ] as const) {
      const opened = await open(files);
      const before = opened.files;
      await expectError(() => opened.correct({ image, class: 'cat' }), 'dataset.classes', words);
      expect(opened.files).toEqual(before);
    }
    const sample = await service.transport.invoke('dataset.open', { dataset: { kind: 'sample' } });
    const corrections = [{ image, class: sample.classes[0]?.name ?? '' }];
    await expectError(
      () => service.transport.invoke('predictions.correct', { datasetId: sample.datasetId, corrections }),
      'dataset.classes',
      'ships with Thaw',
    );
  });

  it('leave nothing behind where the labels beside them cannot be given', async () => {
    const opened = await open(photos('', ['cat', 'dog'], 2));
    const before = opened.files;
    const corrections: CorrectLabelsRequest['corrections'] = [
      { image: await given('new.png', smallPng(97)), class: 'cat' },
    ];
    // Then the dataset would have a single class.
    for (const file of ['dog/0.png', 'dog/1.png']) {
      corrections.push({ image: { imageId: await opened.idOf(file) }, class: 'cat' });
    }
    await expectError(() => opened.correct(...corrections), 'dataset.classes');
    expect(opened.files).toEqual(before);
    expect((await opened.classes())['dog/0.png']).toBe('dog');
  });

  it('are refused before anything is done where one is no image, or has two classes', async () => {
    const opened = await open(photos());
    const before = opened.files;
    const image = await given('good.png', smallPng(99));
    const text = await given('notes.png', 'no image');
    await expectError(
      () => opened.correct({ image, class: 'cat' }, { image: text, class: 'cat' }),
      'image.unreadable',
      'notes.png',
      'Nothing was changed',
    );
    await expectError(
      () => opened.correct({ image, class: 'cat' }, { image, class: 'dog' }),
      'usage.invalid',
      'one class',
    );
    expect(opened.files).toEqual(before);
  });
});

describe.skipIf(noDisk !== null)(`on a disk of their own${noDisk === null ? '' : ` (skipped: ${noDisk})`}`, () => {
  it.each([
    ['is full', 'size=192k', 'disk.full', 'where the dataset lies'],
    ['cannot be written', 'ro', 'disk.readOnly', 'write permission'],
  ] as const)('all of it is left as it was where it %s', async (_, options, code, words) => {
    const folder = path.join(root, `disk-${(made += 1)}`);
    mkdirSync(folder);
    const disk = smallDisk(folder, 'size=192k');
    await writeFiles(folder, photos());
    const opened = await open(folder);
    const before = opened.files;
    // Of two the first has room.
    const large = new Uint8Array(160 * 1024);
    large.set(await smallPng(111));
    const corrections = [
      { image: await given('first.png', smallPng(112)), class: 'fox' },
      { image: await given('second.png', large), class: 'fox' },
    ];
    writeFileSync(path.join(folder, 'filling'), new Uint8Array(64 * 1024));
    disk.remount(options);
    await expectError(() => opened.correct(...corrections), code, words, 'Nothing was changed');
    expect(opened.files).toEqual([...before, 'filling'].sort());
    expect(readdirSync(folder).sort()).toEqual(['cat', 'dog', 'filling']);
  });
});

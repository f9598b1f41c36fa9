import { readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ServiceContext } from '../../../src/engine/service/context.ts';
import { createService } from '../../../src/engine/service/create-service.ts';
import { editsOfSource } from '../../../src/engine/service/edits-of-source.ts';
import type { DatasetChange, ImageFilter } from '../../../src/shared/contract/dataset-edits.ts';
import type { DatasetView, ImageEntry } from '../../../src/shared/contract/dataset-view.ts';
import type { EventOf, Request, Transport } from '../../../src/shared/contract/endpoint.ts';
import { expectError } from '../../support/expect-error.ts';
import { patternImage, smallPng, writeFiles } from '../../support/pattern-image.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const root = temporaryFolder();
let made = 0;

type Files = Record<string, Promise<Uint8Array>>;

const photos = (classes: readonly string[] = ['cat', 'dog'], count = 6): Files =>
  Object.fromEntries(
    classes.flatMap((name, label) =>
      Array.from({ length: count }, (_, index) => [`${name}/${index}.png`, smallPng(label * 500 + index)] as const),
    ),
  );

const write = (files: Files): Promise<string> => writeFiles(path.join(root, `photos-${(made += 1)}`), files);

/** A dataset as a window has it. */
class Opened {
  readonly transport: Transport;
  readonly folder: string;
  view: DatasetView;

  constructor(transport: Transport, folder: string, view: DatasetView) {
    this.transport = transport;
    this.folder = folder;
    this.view = view;
  }

  get counts(): Record<string, number> {
    return Object.fromEntries(
      this.view.classes.map(({ name, counts }) => [name, counts.train + counts.validation + counts.test]),
    );
  }

  async images(filter: ImageFilter = {}): Promise<readonly ImageEntry[]> {
    const { datasetId } = this.view;
    return (await this.transport.invoke('dataset.images', { datasetId, offset: 0, limit: 1000, ...filter })).images;
  }

  async edit(change: DatasetChange, ...paths: readonly string[]): Promise<DatasetView> {
    const all = await this.images({ excluded: 'with' });
    const imageIds = paths.map((wanted) => all.find((image) => image.path === wanted)?.imageId ?? 'unknown');
    const { datasetId } = this.view;
    return (this.view = await this.transport.invoke('dataset.edit', { datasetId, images: { imageIds }, change }));
  }

  async again(direction: 'undo' | 'redo'): Promise<DatasetView> {
    const { datasetId } = this.view;
    return (this.view = await this.transport.invoke(`dataset.${direction}`, { datasetId }));
  }

  async findings(): Promise<Record<string, string | null>> {
    const dataset = { kind: 'folder', path: this.folder } as const;
    const { findings } = await this.transport.invoke('dataset.inspect', { dataset });
    return Object.fromEntries(findings.map(({ kind, mend }) => [kind, mend]));
  }
}

function newService(home = path.join(root, `home-${(made += 1)}`)) {
  const service = createService({ home, cache: path.join(home, 'cache') });
  afterAll(() => service.close());
  return { home, service };
}

async function open(files: Files | string, home?: string): Promise<Opened & { readonly close: () => Promise<void> }> {
  const { service } = newService(home);
  const folder = typeof files === 'string' ? files : await write(files);
  const view = await service.transport.invoke('dataset.open', { dataset: { kind: 'folder', path: folder } });
  return Object.assign(new Opened(service.transport, folder, view), { close: () => service.close() });
}

const pathsOf = (images: readonly ImageEntry[]): string[] => images.map((image) => image.path);

describe('the edits of an opened dataset', () => {
  it('change classes and counts, and no file', async () => {
    const files = photos();
    const opened = await open(files);
    const { version } = opened.view;
    await opened.edit({ kind: 'class', className: 'bird' }, 'cat/0.png', 'cat/1.png');
    expect(opened.counts).toEqual({ bird: 2, cat: 4, dog: 6 });
    await opened.edit({ kind: 'exclude', excluded: true }, 'dog/0.png');
    await opened.edit({ kind: 'tag', tag: 'odd', on: true }, 'dog/0.png', 'dog/1.png');
    await opened.edit({ kind: 'split', split: 'test' }, 'dog/2.png');
    expect(opened.counts).toEqual({ bird: 2, cat: 4, dog: 5 });
    expect(opened.view).toMatchObject({
      counts: { test: 1 },
      edits: {
        images: 5,
        words: '2 images relabelled, 1 excluded, 1 kept in a split, 2 tagged',
        undo: 'Keep 1 image in test',
        redo: null,
      },
      tags: [{ name: 'odd', count: 2 }],
    });
    expect(opened.view.version).not.toBe(version);
    const bird = (await opened.images({ classIndex: 0 }))[0];
    expect(bird).toMatchObject({ path: 'cat/0.png', originalClass: 'cat', edited: true, excluded: false });
    expect(readdirSync(opened.folder).sort()).toEqual(['cat', 'dog']);
    for (const [name, content] of Object.entries(files)) {
      expect(readFileSync(path.join(opened.folder, name))).toEqual(Buffer.from(await content));
    }
  });

  it('are undone and made again, and told to every window', async () => {
    const opened = await open(photos());
    const told: EventOf<'dataset'>[] = [];
    opened.transport.subscribe('dataset', (event) => told.push(event));
    const first = opened.view;
    const second = await opened.edit({ kind: 'class', className: 'dog' }, 'cat/0.png');
    const third = await opened.edit({ kind: 'exclude', excluded: true }, 'cat/1.png');
    expect(await opened.again('undo')).toEqual({ ...second, edits: { ...second.edits, redo: 'Exclude 1 image' } });
    expect(await opened.again('undo')).toEqual({ ...first, edits: { ...first.edits, redo: "Label 1 image 'dog'" } });
    await expectError(() => opened.again('undo'), 'usage.invalid', 'none left');
    await opened.again('redo');
    expect(await opened.again('redo')).toEqual(third);
    const event = { datasetId: first.datasetId, change: 'edits' };
    expect(told.filter(({ change }) => change === 'edits')).toEqual(Array(6).fill(event));
  });

  it('are there when the dataset is opened again, by another engine too', async () => {
    const { home } = newService();
    const before = await open(photos(), home);
    await before.edit({ kind: 'class', className: 'dog' }, 'cat/0.png');
    const edited = await before.edit({ kind: 'exclude', excluded: true }, 'cat/1.png');
    await before.again('undo');
    await before.close();
    const after = await open(before.folder, home);
    expect(after.view.edits).toMatchObject({ relabelled: 1, undo: "Label 1 image 'dog'", redo: 'Exclude 1 image' });
    expect((await after.again('redo')).version).toBe(edited.version);
    // What another engine decides is there once the dataset is opened again.
    const beside = await open(before.folder, home);
    await beside.again('undo');
    const dataset = { kind: 'folder', path: before.folder } as const;
    expect((await after.transport.invoke('dataset.open', { dataset })).edits.redo).toBe('Exclude 1 image');
  });

  it('are listed for a folder that is not open, nor there any more', async () => {
    const { home, service } = newService();
    const before = await open(photos(), home);
    await before.edit({ kind: 'class', className: 'dog' }, 'cat/0.png');
    await before.edit({ kind: 'exclude', excluded: true }, 'cat/1.png');
    rmSync(before.folder, { recursive: true });
    const listed = await service.transport.invoke('dataset.edits', {
      dataset: { kind: 'folder', path: before.folder },
    });
    expect(listed).toMatchObject({
      root: before.folder,
      summary: { words: '1 image relabelled, 1 excluded' },
      edits: [
        { path: 'cat/0.png', className: 'dog' },
        { path: 'cat/1.png', excluded: true },
      ],
    });
  });

  it('are trained on where the folder was moved and not opened since', async () => {
    const { home } = newService();
    const before = await open(photos(), home);
    await before.edit({ kind: 'class', className: 'dog' }, 'cat/0.png');
    await before.close();
    const moved = `${before.folder}-moved`;
    renameSync(before.folder, moved);
    const context = new ServiceContext({ home, cache: path.join(home, 'cache') });
    try {
      const edits = await editsOfSource(context, { kind: 'folder', path: moved });
      expect([...edits.values()]).toEqual([{ path: 'cat/0.png', className: 'dog' }]);
      expect((await editsOfSource(context, { kind: 'sample' })).size).toBe(0);
    } finally {
      await context.close();
    }
  });

  it('are filtered by', async () => {
    const opened = await open(photos());
    await opened.edit({ kind: 'tag', tag: 'odd', on: true }, 'cat/0.png', 'dog/0.png');
    await opened.edit({ kind: 'exclude', excluded: true }, 'cat/1.png');
    expect(pathsOf(await opened.images({ tag: 'odd' }))).toEqual(['cat/0.png', 'dog/0.png']);
    expect(pathsOf(await opened.images({ edited: true, excluded: 'with' }))).toEqual([
      'cat/0.png',
      'cat/1.png',
      'dog/0.png',
    ]);
    expect(await opened.images({ edited: false })).toHaveLength(9);
    expect(await opened.images()).toHaveLength(11);
    expect(await opened.images({ excluded: 'only' })).toMatchObject([
      { path: 'cat/1.png', classIndex: 0, split: 'train', excluded: true, edited: true },
    ]);
  });

  it('are of all that pass a filter, many of them in one step', async () => {
    const opened = await open(photos(['cat', 'dog'], 40));
    const { datasetId } = opened.view;
    const edit = (filter: ImageFilter, change: DatasetChange): Promise<DatasetView> =>
      opened.transport.invoke('dataset.edit', { datasetId, images: { filter }, change });
    await edit({ classIndex: 0, split: 'train' }, { kind: 'tag', tag: 'cats', on: true });
    const view = await edit({ tag: 'cats' }, { kind: 'class', className: 'tiger' });
    const trained = view.classes.find(({ name }) => name === 'tiger')?.counts.train ?? 0;
    expect(trained).toBeGreaterThan(0);
    expect(view.edits).toMatchObject({ relabelled: view.tags[0]?.count, tagged: view.tags[0]?.count });
    expect((await opened.again('undo')).classes.map(({ name }) => name)).toEqual(['cat', 'dog']);
  });

  it('of all that pass a filter are refused where the dataset is another than was looked at', async () => {
    const opened = await open(photos());
    const { transport, view } = opened;
    const { datasetId, version } = view;
    await opened.edit({ kind: 'class', className: 'ant' }, 'dog/0.png', 'dog/1.png');
    const ofClass = (seen: string): Promise<DatasetView> =>
      transport.invoke('dataset.edit', {
        datasetId,
        images: { filter: { classIndex: 0 }, version: seen },
        change: { kind: 'exclude', excluded: true },
      });
    await expectError(() => ofClass(version), 'usage.invalid', 'has changed since');
    const { edits } = await ofClass(opened.view.version);
    expect(edits.excluded).toBe(2);
  });

  it('are refused where too little would be left', async () => {
    const opened = await open(photos());
    const cats = Array.from({ length: 6 }, (_, index) => `cat/${index}.png`);
    const before = opened.view;
    await expectError(() => opened.edit({ kind: 'exclude', excluded: true }, ...cats), 'dataset.classes', "only 'dog'");
    await expectError(() => opened.edit({ kind: 'reset' }, 'cat/gone.png'), 'file.notGranted', 'no such image');
    await expectError(
      () => opened.transport.invoke('dataset.undo', { datasetId: 'nope' }),
      'file.notGranted',
      'not known',
    );
    const dataset = { kind: 'folder', path: opened.folder } as const;
    expect(await opened.transport.invoke('dataset.open', { dataset })).toEqual(before);
  });

  it('make a dataset of images of which no class was known', async () => {
    const opened = await open(
      Object.fromEntries(Array.from({ length: 8 }, (_, index) => [`${index}.png`, smallPng(index)] as const)),
    );
    expect(opened.view).toMatchObject({ classes: [], unlabelled: 8 });
    await opened.edit({ kind: 'class', className: 'cat' }, '0.png', '1.png', '2.png', '3.png');
    expect(opened.view).toMatchObject({ classes: [{ name: 'cat', counts: { train: 4 } }], unlabelled: 4, version: '' });
    expect(opened.view.structure?.notes.join()).toContain("only 'cat' has images");
    const dataset = { kind: 'folder', path: opened.folder } as const;
    const health = await opened.transport.invoke('dataset.inspect', { dataset });
    expect(health).toMatchObject({ classes: [{ name: 'cat' }], unlabelled: 4, edits: '4 images relabelled' });
    const { problems } = await opened.transport.invoke('plan.preview', { dataset });
    expect(problems.map(({ field }) => field)).toEqual(['dataset']);
    expect(problems[0]?.message).toContain("only 'cat' has images");
    await opened.edit({ kind: 'class', className: 'dog' }, '4.png', '5.png', '6.png', '7.png');
    expect(opened.counts).toEqual({ cat: 4, dog: 4 });
    expect(opened.view).toMatchObject({ unlabelled: 0, counts: { test: 0 } });
    expect(opened.view.counts.validation).toBeGreaterThan(0);
    expect((await opened.images())[0]).toMatchObject({ classIndex: 0, originalClass: '' });
  });

  it('keep images at hand that they put out of use', async () => {
    const opened = await open(photos());
    await opened.edit({ kind: 'class', className: 'bird' }, 'cat/0.png');
    await opened.edit({ kind: 'split', split: 'validation' }, 'cat/0.png');
    expect(opened.counts).toEqual({ cat: 5, dog: 6 });
    const aside = (await opened.images({ edited: true }))[0];
    const bird = { originalClass: 'cat', decidedClass: 'bird' };
    expect(aside).toMatchObject({ path: 'cat/0.png', classIndex: -1, ...bird, excluded: false });
    await opened.edit({ kind: 'reset' }, 'cat/0.png');
    expect(opened.counts).toEqual({ cat: 6, dog: 6 });
  });
});

describe('mending', () => {
  const photo = (seed: number): Promise<Uint8Array> => patternImage(96, 72, seed).png().toBuffer();
  const smaller = (seed: number): Promise<Uint8Array> => patternImage(96, 72, seed).resize(64, 48).png().toBuffer();
  const files = (): Files => ({
    ...Object.fromEntries(
      ['train/cat', 'train/dog', 'val/cat', 'val/dog'].flatMap((folder, place) =>
        Array.from({ length: 4 }, (_, index) => [`${folder}/${index}.png`, photo(place * 300 + index * 40)] as const),
      ),
    ),
    'train/cat/leak.png': photo(600),
    'test/cat/held.png': photo(1700),
    'val/cat/held.png': photo(1700),
    'train/dog/same.png': photo(300),
    'train/dog/near.png': smaller(340),
    'train/cat/near-leak.png': smaller(640),
    'train/cat/conflict.png': photo(1900),
    'train/dog/conflict.png': photo(1900),
    'train/cat/broken.png': Promise.resolve(Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')),
  });

  it('leaves out what is found, in one step each, until nothing is left to mend', async () => {
    const opened = await open(files());
    const found = await opened.findings();
    expect(found).toMatchObject({
      leaks: 'Exclude 2 copies, and keep those in the stricter split',
      nearLeaks: 'Exclude 1 copy from training',
      duplicates: 'Exclude 1 copy, and keep the first of each',
      nearDuplicates: 'Exclude 1 copy, and keep the first of each',
      conflicts: 'Exclude all 2 copies that are in several classes',
      corrupt: 'Exclude 1 image that does not decode',
    });
    const { datasetId } = opened.view;
    const kinds = ['leaks', 'nearLeaks', 'duplicates', 'nearDuplicates', 'conflicts', 'corrupt'] as const;
    expect(pathsOf(await opened.images({ finding: 'leaks' }))).toEqual([
      'test/cat/held.png',
      'train/cat/leak.png',
      'val/cat/0.png',
      'val/cat/held.png',
    ]);
    for (const finding of kinds) {
      const view = await opened.transport.invoke('dataset.mend', { datasetId, finding });
      expect(view.edits.undo).toBe(found[finding]);
      // What was seen is told anew without looking again.
      expect(await opened.images({ finding })).toEqual([]);
    }
    const excluded = pathsOf(await opened.images({ excluded: 'only' }));
    expect(excluded.sort()).toEqual(
      [
        ...['leak', 'near-leak', 'conflict', 'broken'].map((name) => `train/cat/${name}.png`),
        ...['conflict', 'near', 'same'].map((name) => `train/dog/${name}.png`),
        'val/cat/held.png',
      ].sort(),
    );
    const after = Object.keys(await opened.findings());
    for (const finding of kinds) expect(after).not.toContain(finding);
    await expectError(
      () => opened.transport.invoke('dataset.mend', { datasetId, finding: 'leaks' }),
      'usage.invalid',
      'nothing left',
    );
    while ((await opened.again('undo')).edits.undo !== null);
    expect(await opened.findings()).toEqual(found);
  });

  it('is asked for where a plan would train on what it holds out, however it divides images', async () => {
    const opened = await open(files());
    const dataset = { kind: 'folder', path: opened.folder } as const;
    const warningsOf = async (split: Request<'plan.preview'>['split']): Promise<string> => {
      const preview = await opened.transport.invoke('plan.preview', { dataset, split });
      return preview.warnings.join('\n');
    };
    const given = { kind: 'given' } as const;
    expect(await warningsOf(given)).toContain('1 training image is a copy of images that validate or test');
    expect(await warningsOf(given)).not.toContain('show');
    await opened.findings();
    expect(await warningsOf(given)).toMatch(/1 training image shows the same as images that validate or test/);
    const folds = [1, 2, 3].map((fold) => ({ kind: 'folds', folds: 3, fold }) as const);
    expect((await Promise.all(folds.map(warningsOf))).join('\n')).toContain('the same as images');
    const { datasetId } = opened.view;
    for (const finding of ['leaks', 'nearLeaks', 'duplicates', 'nearDuplicates'] as const) {
      await opened.transport.invoke('dataset.mend', { datasetId, finding });
    }
    for (const split of [given, ...folds]) expect(await warningsOf(split)).not.toMatch(/copies|copy|the same as/);
  });

  it('is of the groups that are meant, and needs the dataset to have been looked at', async () => {
    const opened = await open({
      ...files(),
      'train/cat/leak-2.png': photo(640),
    });
    const { datasetId } = opened.view;
    const mend = (imageIds: string[]): Promise<DatasetView> =>
      opened.transport.invoke('dataset.mend', { datasetId, finding: 'leaks', imageIds });
    await expectError(() => mend(['x']), 'usage.invalid', 'not looked at yet');
    await opened.findings();
    const one = (await opened.images({ finding: 'leaks' })).find((image) => image.path === 'val/cat/0.png');
    await mend([one?.imageId ?? '']);
    expect(pathsOf(await opened.images({ excluded: 'only' }))).toEqual(['train/cat/leak.png']);
    expect(pathsOf(await opened.images({ finding: 'leaks' }))).toContain('train/cat/leak-2.png');
  });
});

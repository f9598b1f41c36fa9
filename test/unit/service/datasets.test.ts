import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { ServiceContext } from '../../../src/engine/service/context.ts';
import { createService } from '../../../src/engine/service/create-service.ts';
import { listImages, openDatasetView } from '../../../src/engine/service/dataset-view.ts';
import { completePlan } from '../../../src/engine/service/default-plan.ts';
import { Datasets } from '../../../src/engine/service/datasets.ts';
import { listRecent } from '../../../src/engine/service/recent-datasets.ts';
import type { KeptEdits } from '../../../src/engine/dataset/edits/edit-steps.ts';
import { DEFAULT_SPLIT } from '../../../src/engine/dataset/split/default-split.ts';
import type { TaskEvent } from '../../../src/shared/contract/event.ts';
import { expectError } from '../../support/expect-error.ts';
import { idxFile, idxImages } from '../../support/idx-file.ts';
import { smallPng, writeFiles } from '../../support/pattern-image.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const root = temporaryFolder();
let made = 0;

function newContext(): ServiceContext {
  const home = path.join(root, `home-${(made += 1)}`);
  const context = new ServiceContext({ home, cache: path.join(home, 'cache') });
  afterAll(() => context.close());
  return context;
}

/** Two classes of so many different images each. */
async function photos(count: number): Promise<string> {
  const files = ['cat', 'dog'].flatMap((name, label) =>
    Array.from({ length: count }, (_, index) => [`${name}/${index}.png`, smallPng(label * 500 + index)] as const),
  );
  return writeFiles(path.join(root, `photos-${(made += 1)}`), Object.fromEntries(files));
}

const open = (context: ServiceContext, folder: string, taskId?: string) =>
  openDatasetView(context, { dataset: { kind: 'folder', path: folder }, taskId });

const everything = { offset: 0, limit: 1000 };

describe('an opened dataset', () => {
  it('is counted by class and split as training splits it', async () => {
    const context = newContext();
    const folder = await photos(10);
    writeFileSync(path.join(folder, 'cat/notes.png'), 'no image');
    const view = await open(context, folder);
    const { images } = await listImages(context, { datasetId: view.datasetId, ...everything });
    expect(view.classes.map(({ name }) => name)).toEqual(['cat', 'dog']);
    for (const [classIndex, { counts }] of view.classes.entries()) {
      for (const split of ['train', 'validation', 'test'] as const) {
        expect(counts[split]).toBe(
          images.filter((image) => image.classIndex === classIndex && image.split === split).length,
        );
      }
    }
    expect(view.counts.train + view.counts.validation).toBe(20);
    expect(view.counts.validation).toBeGreaterThan(0);
    expect(view.validation).toBe('share');
    expect(view.skipped.map(({ path: skipped }) => skipped)).toEqual(['cat/notes.png']);
    const plan = completePlan({});
    expect({ validationShare: plan.validationShare, seed: plan.seed }).toEqual(DEFAULT_SPLIT);
  });

  it('lists its images by class, then by path in code-point order, in pages without gaps', async () => {
    const context = newContext();
    const { datasetId } = await open(context, await photos(12));
    const { images, total } = await listImages(context, { datasetId, ...everything });
    expect(total).toBe(24);
    expect(images.map((image) => image.path)).toEqual(
      ['cat', 'dog'].flatMap((name) => Array.from({ length: 12 }, (_, index) => `${name}/${index}.png`).sort()),
    );
    expect(new Set(images.map(({ imageId }) => imageId)).size).toBe(24);
    const pages = await Promise.all(
      [0, 7, 14, 21, 28].map((offset) => listImages(context, { datasetId, offset, limit: 7 })),
    );
    expect(pages.flatMap((page) => page.images)).toEqual(images);
    const dogs = await listImages(context, { datasetId, classIndex: 1, split: 'validation', ...everything });
    expect(dogs.images).toEqual(images.filter(({ classIndex, split }) => classIndex === 1 && split === 'validation'));
    expect(dogs.total).toBe(dogs.images.length);
  });

  it('is read again only where it has changed, under the same ids', async () => {
    const context = newContext();
    const folder = await photos(6);
    const first = await open(context, folder);
    const before = await listImages(context, { datasetId: first.datasetId, ...everything });
    const changed = path.join(folder, 'cat/3.png');
    const added = path.join(folder, 'dog/new.png');
    writeFileSync(added, await smallPng(999));
    writeFileSync(changed, await smallPng(998));
    const later = new Date(Date.now() + 5000);
    utimesSync(changed, later, later);
    await rename(path.join(folder, 'cat/0.png'), path.join(folder, 'cat/renamed.png'));
    rmSync(path.join(folder, 'dog/5.png'));
    const second = await open(context, folder);
    expect(second.datasetId).toBe(first.datasetId);
    expect(second.version).not.toBe(first.version);
    const after = await listImages(context, { datasetId: first.datasetId, ...everything });
    const ids = new Map(before.images.map((image) => [image.path, image.imageId]));
    const same = after.images.filter((image) => ids.get(image.path) === image.imageId).map((image) => image.path);
    expect(same.length).toBe(9);
    expect(after.images.map((image) => image.path)).toEqual(
      expect.arrayContaining(['cat/3.png', 'cat/renamed.png', 'dog/new.png']),
    );
    expect(same).not.toEqual(expect.arrayContaining(['cat/3.png']));
  });

  it('is not read again where nothing has changed', async () => {
    const context = newContext();
    const source = { kind: 'folder', path: await photos(4) } as const;
    const task = { signal: new AbortController().signal, report: () => undefined };
    const first = await context.datasets.open(source, task);
    expect(first.content.indexed?.changes).toBeNull();
    const again = await context.datasets.open(source, task);
    expect(again.content.indexed?.changes).toEqual({ added: 0, changed: 0, moved: 0, removed: 0 });
    expect(again.dataset?.version).toBe(first.dataset?.version);
  });

  it('says how its folder is laid out, and opens as another dataset where that is said', async () => {
    const context = newContext();
    const folder = await writeFiles(path.join(root, `named-${(made += 1)}`), {
      'cat.1.png': smallPng(1),
      'cat.2.png': smallPng(2),
      'dog.1.png': smallPng(3),
      'dog.2.png': smallPng(4),
    });
    const view = await open(context, folder);
    expect(view.structure).toMatchObject({
      structure: { kind: 'namedFiles', pattern: '{class}.#' },
      recognised: true,
      alternatives: [{ kind: 'unlabelled' }],
    });
    expect([view.classes.length, view.unlabelled]).toEqual([2, 0]);
    const structure = { kind: 'unlabelled' } as const;
    const granted = { kind: 'granted', grantId: context.grants.idOf(folder), structure } as const;
    const plain = await openDatasetView(context, { dataset: granted });
    expect(plain).toMatchObject({ classes: [], unlabelled: 4, source: { kind: 'folder', path: folder, structure } });
    expect(plain.datasetId).not.toBe(view.datasetId);
    const { images } = await listImages(context, { datasetId: plain.datasetId, ...everything });
    expect(images.map(({ classIndex, split }) => [classIndex, split])).toEqual(Array(4).fill([-1, null]));
    expect((await context.images.thumbnail(images[0]?.imageId ?? '', 64)).mediaType).toBe('image/jpeg');
    await expectError(
      () => Promise.resolve(context.datasets.known(plain.source)),
      'dataset.classes',
      'no class is known',
    );
    expect((await open(context, folder)).datasetId).toBe(view.datasetId);
  });

  it('shows images that lie within IDX files', async () => {
    const context = newContext();
    const folder = await writeFiles(path.join(root, `idx-${(made += 1)}`), {
      'train-images-idx3-ubyte': idxImages(8),
      'train-labels-idx1-ubyte': idxFile([8], [0, 1, 0, 1, 0, 1, 0, 1]),
    });
    const { datasetId, structure } = await open(context, folder);
    expect(structure?.structure).toEqual({ kind: 'idx' });
    const { images } = await listImages(context, { datasetId, ...everything });
    expect(images.length).toBe(8);
    const shown = await context.images.thumbnail(images[3]?.imageId ?? '', 64);
    expect([shown.width, shown.height]).toEqual([4, 4]);
    // Again, from the cache, though the file has gone.
    rmSync(path.join(folder, 'train-images-idx3-ubyte'));
    expect(await context.images.thumbnail(images[3]?.imageId ?? '', 64)).toEqual(shown);
    await expectError(() => context.images.thumbnail(images[4]?.imageId ?? '', 64), 'image.unreadable');
  });

  it('is known without a look at the disk, split as asked', async () => {
    const context = newContext();
    const folder = await photos(10);
    const source = { kind: 'folder', path: folder } as const;
    expect(context.datasets.known(source)).toBeNull();
    await open(context, folder);
    rmSync(folder, { recursive: true });
    const half = context.datasets.known(source, { validationShare: 0.5, seed: 7 });
    const usual = context.datasets.known(source);
    const held = (dataset: typeof usual): number =>
      dataset?.images.filter(({ split }) => split === 'validation').length ?? 0;
    expect(held(half)).toBeGreaterThan(held(usual));
    expect(context.datasets.known(source, { validationShare: 0.5, seed: 7 })).toBe(half);
  });

  it('remembers that a split failed as it remembers one that did not', async () => {
    const context = newContext();
    const folder = await photos(4);
    const source = { kind: 'folder', path: folder } as const;
    await open(context, folder);
    const failure = (groupPattern: string): unknown => {
      try {
        return context.datasets.known(source, { ...DEFAULT_SPLIT, groupPattern });
      } catch (error) {
        return error;
      }
    };
    const first = failure('(');
    expect(first).toMatchObject({ code: 'usage.invalid' });
    expect(failure('(')).toBe(first);
    expect(failure('cat|dog')).not.toBe(first);
    expect(failure('(')).not.toBe(first);
  });

  it('keeps its id when more are opened than are held', async () => {
    const context = newContext();
    const folder = await photos(3);
    const { datasetId } = await open(context, folder);
    const { images } = await listImages(context, { datasetId, ...everything });
    for (let other = 0; other < 9; other += 1) {
      const copy = path.join(root, `copy-${(made += 1)}`);
      cpSync(folder, copy, { recursive: true });
      expect((await open(context, copy)).datasetId).not.toBe(datasetId);
    }
    expect(context.datasets.known({ kind: 'folder', path: folder })).toBeNull();
    expect((await listImages(context, { datasetId, ...everything })).images).toEqual(images);
  });
});

describe('a dataset that is being read', () => {
  it('has what is decided of its images meanwhile', async () => {
    const folder = await photos(6);
    const task = { signal: new AbortController().signal, report: (): void => undefined };
    const image = { path: 'cat/0.png', excluded: true };
    const decided = { edits: new Map([[image.path, image]]), undo: null, redo: null };
    let edits: KeptEdits = { edits: new Map(), undo: null, redo: null };
    const meanwhile: Promise<void>[] = [];
    const datasets = new Datasets(
      (editedRoot) => {
        // Once it is known what was decided before, and before all of it is held.
        if (meanwhile.length === 0) {
          const decide = (): void => datasets.edited(editedRoot, (edits = decided));
          meanwhile.push(setImmediate().then(decide));
        }
        return edits;
      },
      () => null,
    );
    const { datasetId, images, aside } = await datasets.open({ kind: 'folder', path: folder }, task);
    await Promise.all(meanwhile);
    expect([images.length, aside.length]).toEqual([11, 1]);
    expect((await datasets.byId(datasetId)).aside.map((one) => one.image.path)).toEqual([image.path]);
  });
});

describe('opening as a task', () => {
  it('tells how far it is, with rate and time left, without gaps', async () => {
    const home = path.join(root, `home-${(made += 1)}`);
    const service = createService({ home, cache: path.join(home, 'cache') });
    afterAll(() => service.close());
    const told: TaskEvent[] = [];
    service.transport.subscribe('task', (event) => told.push(event));
    const dataset = { kind: 'folder', path: await photos(5) } as const;
    await service.transport.invoke('dataset.open', { dataset });
    expect(told).toEqual([]);
    await service.transport.invoke('dataset.open', { dataset, taskId: 'reading' });
    expect(told.map(({ sequence }) => sequence)).toEqual(told.map((_, index) => index + 1));
    expect(told.at(-1)).toMatchObject({ taskId: 'reading', done: 10, total: 10, unit: 'image', secondsLeft: 0 });
    expect(told.at(-1)?.ratePerSecond).toBeGreaterThan(0);
  });

  it('ends when it is cancelled, and may be begun again', async () => {
    const context = newContext();
    const folder = await photos(40);
    let told = 0;
    context.events.subscribe('task', () => {
      told += 1;
      context.tasks.cancel('reading');
    });
    await expectError(() => open(context, folder, 'reading'), 'task.cancelled');
    expect(told).toBe(1);
    expect(context.datasets.known({ kind: 'folder', path: folder })).toBeNull();
    expect((await open(context, folder)).counts.train).toBeGreaterThan(50);
  });

  it('refuses an id that is under way', async () => {
    const context = newContext();
    const folder = await photos(3);
    const first = open(context, folder, 'same');
    await expectError(() => open(context, folder, 'same'), 'usage.invalid', "'same' is under way");
    await first;
  });

  it('reads a folder once when two windows open it at a time', async () => {
    const context = newContext();
    const folder = await photos(5);
    const [one, other] = await Promise.all([open(context, folder), open(context, folder)]);
    expect(other).toEqual(one);
  });
});

describe('recent datasets', () => {
  it('are twelve at most, the newest first, each once, with a grant that opens it', async () => {
    const context = newContext();
    const folder = await photos(2);
    const copies: string[] = [];
    for (let copy = 0; copy < 14; copy += 1) {
      copies.push(path.join(root, `recent-${(made += 1)}`));
      cpSync(folder, copies.at(-1) ?? '', { recursive: true });
      await open(context, copies.at(-1) ?? '');
    }
    await open(context, copies[5] ?? '');
    const recent = await listRecent(context);
    expect(recent.map((dataset) => dataset.root)).toEqual(
      [
        copies[5],
        ...copies
          .slice(2)
          .filter((copy) => copy !== copies[5])
          .reverse(),
      ].slice(0, 12),
    );
    const grantId = recent[3]?.grantId ?? '';
    const view = await openDatasetView(context, { dataset: { kind: 'granted', grantId } });
    expect(view.root).toBe(recent[3]?.root);
    const file = path.join(context.home, 'recent-datasets.json');
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('keep the structure that was asked for, and are read as lists without one were written', async () => {
    const context = newContext();
    const folder = await photos(2);
    const structure = { kind: 'unlabelled' } as const;
    const file = path.join(context.home, 'recent-datasets.json');
    mkdirSync(context.home, { recursive: true });
    writeFileSync(file, JSON.stringify({ schemaVersion: 1, datasets: [{ root: folder, openedAt: 1 }] }));
    const [before] = await listRecent(context);
    expect([before?.root, before?.structure]).toEqual([folder, undefined]);
    await openDatasetView(context, { dataset: { kind: 'folder', path: folder, structure } });
    expect(await listRecent(context)).toMatchObject([{ root: folder, structure }]);
    await open(context, folder);
    expect((await listRecent(context)).map((recent) => recent.structure)).toEqual([undefined]);
  });

  it('show a folder that has gone as gone, and survive a damaged list', async () => {
    const context = newContext();
    const folder = await photos(2);
    await open(context, folder);
    rmSync(folder, { recursive: true });
    expect(await listRecent(context)).toMatchObject([{ root: folder, exists: false }]);
    const file = path.join(context.home, 'recent-datasets.json');
    writeFileSync(file, readFileSync(file, 'utf8').slice(0, 20));
    expect(await listRecent(context)).toEqual([]);
    await open(context, await photos(2));
    expect((await listRecent(context)).length).toBe(1);
    expect(existsSync(file)).toBe(true);
  });
});

import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ServiceContext } from '../../../src/engine/service/context.ts';
import { listImages, openDatasetView } from '../../../src/engine/service/dataset-view.ts';
import { editDataset } from '../../../src/engine/service/edit-dataset.ts';
import type { DatasetEvent } from '../../../src/shared/contract/dataset-event.ts';
import type { DatasetView } from '../../../src/shared/contract/dataset-view.ts';
import { smallPng, writeFiles } from '../../support/pattern-image.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const root = temporaryFolder();
let made = 0;
const contexts: ServiceContext[] = [];

afterEach(async () => {
  await Promise.all(contexts.splice(0).map((context) => context.close()));
});

type FilesEvent = Extract<DatasetEvent, { change: 'files' }>;

/** A dataset that a window has open, and what it is told of its files. */
class OpenFolder {
  readonly context: ServiceContext;
  readonly folder: string;
  readonly told: FilesEvent[] = [];
  readonly end: () => void;

  constructor(folder: string) {
    this.folder = folder;
    this.context = new ServiceContext({ home: path.join(root, `home-${made}`), cache: path.join(root, 'cache') });
    contexts.push(this.context);
    this.end = this.context.events.subscribe('dataset', (event) => {
      if (event.change === 'files') this.told.push(event);
    });
  }

  open(): Promise<DatasetView> {
    return openDatasetView(this.context, {
      dataset: { kind: 'granted', grantId: this.context.grants.idOf(this.folder) },
    });
  }

  at(name: string): string {
    return path.join(this.folder, name);
  }

  /** Puts an image there at once: half of one would be found as another file. */
  async put(name: string, seed: number): Promise<void> {
    const aside = path.join(root, 'aside.png');
    writeFileSync(aside, await smallPng(seed));
    renameSync(aside, this.at(name));
  }

  /** What was told came to, since a change may be found in parts. */
  get counts(): Record<'added' | 'changed' | 'moved' | 'removed', number> {
    const sum = { added: 0, changed: 0, moved: 0, removed: 0 };
    for (const { added, changed, moved, removed } of this.told) {
      sum.added += added;
      sum.changed += changed;
      sum.moved += moved;
      sum.removed += removed;
    }
    return sum;
  }

  /** Patient with a machine that has much else to do. */
  until(holds: () => void | Promise<void>): Promise<void> {
    return vi.waitFor(holds, { timeout: 60_000, interval: 100 });
  }
}

async function openFolder(): Promise<OpenFolder> {
  const names = ['cat/1', 'cat/2', 'cat/3', 'cat/4', 'dog/1', 'dog/2', 'dog/3', 'dog/4'];
  const folder = path.join(root, `photos-${(made += 1)}`);
  await writeFiles(folder, Object.fromEntries(names.map((name, seed) => [`${name}.png`, smallPng(seed)])));
  return new OpenFolder(folder);
}

describe('the folder of a dataset that a window has open', { timeout: 120_000 }, () => {
  it('is read again where it changes, told with what became of its files', async () => {
    const opened = await openFolder();
    const { datasetId } = await opened.open();
    await opened.put('cat/new.png', 70);
    renameSync(opened.at('dog/1.png'), opened.at('dog/renamed.png'));
    rmSync(opened.at('dog/4.png'));
    await opened.until(() => expect(opened.counts).toEqual({ added: 1, changed: 0, moved: 1, removed: 1 }));
    expect(new Set(opened.told.map((event) => event.datasetId))).toEqual(new Set([datasetId]));
    const { images } = await listImages(opened.context, { datasetId, offset: 0, limit: 100 });
    expect(images.map((image) => image.path)).toEqual([
      'cat/1.png',
      'cat/2.png',
      'cat/3.png',
      'cat/4.png',
      'cat/new.png',
      'dog/2.png',
      'dog/3.png',
      'dog/renamed.png',
    ]);
  });

  it('is watched with classes that came since', async () => {
    const opened = await openFolder();
    const { datasetId } = await opened.open();
    mkdirSync(opened.at('owl'));
    await opened.put('owl/1.png', 80);
    await opened.put('owl/2.png', 81);
    await opened.until(() => expect(opened.counts.added).toBe(2));
    await opened.put('owl/3.png', 82);
    await opened.until(() => expect(opened.counts.added).toBe(3));
    const view = await opened.open();
    expect(view.datasetId).toBe(datasetId);
    expect(view.classes.map(({ name }) => name)).toEqual(['cat', 'dog', 'owl']);
  });

  it('is told as a problem while it cannot be used, and read once it can again', async () => {
    const opened = await openFolder();
    await opened.open();
    renameSync(opened.at('dog'), opened.at('.dog'));
    await opened.until(() => expect(opened.told.at(-1)?.problem).toContain('two classes'));
    renameSync(opened.at('.dog'), opened.at('dog'));
    await opened.until(() => expect(opened.told.at(-1)?.problem).toBeNull());
  });

  it('is watched no longer once nobody follows', async () => {
    const opened = await openFolder();
    const { datasetId } = await opened.open();
    opened.end();
    const again = vi.spyOn(opened.context.datasets, 'open');
    const looked = vi.spyOn(opened.context.events, 'hears');
    await opened.put('cat/new.png', 70);
    await opened.until(() => expect(looked).toHaveReturnedWith(false));
    expect(again).not.toHaveBeenCalled();
    const { total } = await listImages(opened.context, { datasetId, offset: 0, limit: 1 });
    expect(total).toBe(8);
  });

  it('is read again where it changed between being read and being watched', async () => {
    const opened = await openFolder();
    const { datasets } = opened.context;
    const open = datasets.open.bind(datasets);
    const other = await smallPng(90);
    vi.spyOn(datasets, 'open').mockImplementationOnce(async (...given) => {
      const read = await open(...given);
      writeFileSync(opened.at('cat/1.png'), other);
      return read;
    });
    await opened.open();
    await opened.until(() => expect(opened.counts.changed).toBe(1));
  });

  it('is read no more often than it takes while it changes on and on', async () => {
    const opened = await openFolder();
    await opened.open();
    const { datasets } = opened.context;
    const open = datasets.open.bind(datasets);
    const gate = Promise.withResolvers<undefined>();
    const again = vi.spyOn(datasets, 'open').mockImplementation(async (...given) => {
      await gate.promise;
      return open(...given);
    });
    const seeds = [70, 71, 72, 73, 74, 75];
    for (const seed of seeds) {
      await opened.put(`cat/${seed}.png`, seed);
      await setTimeout(800);
    }
    gate.resolve(undefined);
    await opened.until(() => expect(opened.counts.added).toBe(seeds.length));
    await setTimeout(1_500);
    expect(again.mock.calls.length).toBeLessThan(4);
  });

  it('is let go of on closing, though reading it does not end', async () => {
    const opened = await openFolder();
    await opened.open();
    const reading = vi
      .spyOn(opened.context.datasets, 'open')
      .mockImplementation(
        (_, { signal }) =>
          new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('It was ended.')))),
      );
    await opened.put('cat/new.png', 70);
    await opened.until(() => expect(reading).toHaveBeenCalled());
    await opened.context.watching.close();
    expect(opened.told).toEqual([]);
  });

  it('is not looked at once the service closes, though it was read to its end', async () => {
    const opened = await openFolder();
    await opened.open();
    const { datasets, measuring } = opened.context;
    const open = datasets.open.bind(datasets);
    const gate = Promise.withResolvers<undefined>();
    const reading = vi.spyOn(datasets, 'open').mockImplementation(async (source, task) => {
      await gate.promise;
      return open(source, { ...task, signal: new AbortController().signal });
    });
    await opened.put('cat/new.png', 70);
    await opened.until(() => expect(reading).toHaveBeenCalled());
    const begun = vi.spyOn(measuring, 'begin');
    const closing = opened.context.close();
    gate.resolve(undefined);
    await closing;
    expect(begun).not.toHaveBeenCalled();
    expect(opened.told).toEqual([]);
  });

  // Elsewhere the system watches a whole tree at once.
  it.skipIf(process.platform !== 'linux')('is said not to be watched after an edit, too', async () => {
    const opened = await openFolder();
    for (let index = 0; index < 4_100; index += 1) mkdirSync(opened.at(`cat/part ${index}`));
    const { datasetId } = await opened.open();
    const { images } = await listImages(opened.context, { datasetId, offset: 0, limit: 1 });
    const view = await editDataset(opened.context, {
      datasetId,
      images: { imageIds: images.map(({ imageId }) => imageId) },
      change: { kind: 'tag', tag: 'seen', on: true },
    });
    expect(view.structure?.notes).toContainEqual(expect.stringContaining('is not watched'));
  });
});

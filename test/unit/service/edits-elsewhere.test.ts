import { cpSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { ServiceContext } from '../../../src/engine/service/context.ts';
import { createService, type Service } from '../../../src/engine/service/create-service.ts';
import { editDataset, listEdits, retraceEdit } from '../../../src/engine/service/edit-dataset.ts';
import type { DatasetView } from '../../../src/shared/contract/dataset-view.ts';
import type { EventOf } from '../../../src/shared/contract/endpoint.ts';
import { expectError } from '../../support/expect-error.ts';
import { smallPng, writeFiles } from '../../support/pattern-image.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const root = temporaryFolder();
let made = 0;
const services: Service[] = [];
afterEach(async () => {
  await Promise.all(services.splice(0).map((service) => service.close()));
});

const NAMES = ['cat/0', 'cat/1', 'cat/2', 'dog/0', 'dog/1', 'dog/2'];

function serviceOf(home: string): Service {
  const service = createService({ home, cache: path.join(home, 'cache') });
  services.push(service);
  return service;
}

async function opened(names = NAMES) {
  made += 1;
  const home = path.join(root, `home-${made}`);
  const folder = path.join(root, `photos-${made}`);
  await writeFiles(folder, Object.fromEntries(names.map((name, seed) => [`${name}.png`, smallPng(seed)])));
  const service = serviceOf(home);
  const { transport } = service;
  const view = await transport.invoke('dataset.open', { dataset: { kind: 'folder', path: folder } });
  return { home, folder, transport, view, close: () => service.close() };
}

type Opened = Awaited<ReturnType<typeof opened>>;

async function exclude({ transport, view }: Pick<Opened, 'transport' | 'view'>, name: string): Promise<DatasetView> {
  const { datasetId } = view;
  const { images } = await transport.invoke('dataset.images', { datasetId, offset: 0, limit: 100 });
  const imageIds = images.flatMap((image) => (image.path === `${name}.png` ? [image.imageId] : []));
  return transport.invoke('dataset.edit', {
    datasetId,
    images: { imageIds },
    change: { kind: 'exclude', excluded: true },
  });
}

describe('edits of a folder that lies elsewhere since', () => {
  it('are refused where it lay, naming where it lies, and nothing new begins there', async () => {
    made += 1;
    const home = path.join(root, `home-${made}`);
    const folder = await writeFiles(
      path.join(root, `photos-${made}`),
      Object.fromEntries(NAMES.map((name, seed) => [`${name}.png`, smallPng(seed)])),
    );
    // Nothing watches the folder: it is held as it was looked at.
    const context = new ServiceContext({ home, cache: path.join(home, 'cache') });
    try {
      const dataset = { kind: 'folder', path: folder } as const;
      const task = { signal: new AbortController().signal, report: () => undefined };
      const { datasetId, images } = await context.datasets.open(dataset, task);
      const imageIds = images.slice(0, 1).map(({ imageId }) => imageId);
      const change = { kind: 'exclude', excluded: true } as const;
      const decide = (): Promise<DatasetView> => editDataset(context, { datasetId, images: { imageIds }, change });
      await decide();
      const moved = `${folder}-moved`;
      renameSync(folder, moved);
      await serviceOf(home).transport.invoke('dataset.open', { dataset: { kind: 'folder', path: moved } });
      await expectError(decide, 'dataset.missing', moved);
      await expectError(() => retraceEdit(context, { datasetId }, 'undo'), 'dataset.missing', moved);
      expect(await listEdits(context, { dataset })).toMatchObject({ root: moved, edits: [{ path: 'cat/0.png' }] });
    } finally {
      await context.close();
    }
  });

  it('hold in both places once a copy was opened while the first was gone and that is back', async () => {
    const one = await opened();
    await exclude(one, 'cat/0');
    await one.close();
    const [backup, away] = [`${one.folder}-backup`, `${one.folder}-away`];
    cpSync(one.folder, backup, { recursive: true });
    renameSync(one.folder, away);
    const { transport } = serviceOf(one.home);
    const open = (folder: string): Promise<DatasetView> =>
      transport.invoke('dataset.open', { dataset: { kind: 'folder', path: folder } });
    const copied = await open(backup);
    expect(copied.edits).toMatchObject({ excluded: 1, undo: 'Exclude 1 image' });
    renameSync(away, one.folder);
    const back = await open(one.folder);
    expect(back.structure?.notes.join()).toContain(`decided of them at ${backup} holds here as well`);
    expect(back.edits).toMatchObject({ excluded: 1, undo: 'Exclude 1 image' });
    // From then on each has its own.
    const { datasetId } = back;
    await transport.invoke('dataset.undo', { datasetId });
    expect((await open(backup)).edits).toMatchObject({ excluded: 1 });
    expect((await open(one.folder)).edits).toMatchObject({ excluded: 0, redo: 'Exclude 1 image' });
    expect((await open(one.folder)).structure?.notes).toEqual([]);
  });

  it('are not those of other pictures that lie in its place since', async () => {
    const one = await opened();
    await exclude(one, 'cat/0');
    await one.close();
    renameSync(one.folder, `${one.folder}-moved`);
    const { transport } = serviceOf(one.home);
    await transport.invoke('dataset.open', { dataset: { kind: 'folder', path: `${one.folder}-moved` } });
    await writeFiles(one.folder, Object.fromEntries(NAMES.map((name, seed) => [`${name}.png`, smallPng(70 + seed)])));
    const other = await transport.invoke('dataset.open', { dataset: { kind: 'folder', path: one.folder } });
    expect(other).toMatchObject({ edits: { images: 0, undo: null }, structure: { notes: [] } });
  });
});

it('a step is taken back and told also where the folder is none that opens without it', async () => {
  const one = await opened(['cat/0', 'cat/1', 'dog/0']);
  const { datasetId } = one.view;
  const told: EventOf<'dataset'>[] = [];
  one.transport.subscribe('dataset', (event) => told.push(event));
  const { images } = await one.transport.invoke('dataset.images', { datasetId, offset: 0, limit: 10 });
  const imageIds = images.flatMap((image) => (image.path === 'cat/0.png' ? [image.imageId] : []));
  const change = { kind: 'tag', tag: 'odd', on: true } as const;
  await one.transport.invoke('dataset.edit', { datasetId, images: { imageIds }, change });
  rmSync(path.join(one.folder, 'cat/1.png'));
  const dataset = { kind: 'folder', path: one.folder } as const;
  await one.transport.invoke('dataset.open', { dataset });
  const before = told.filter((event) => event.change === 'edits').length;
  await expectError(() => one.transport.invoke('dataset.undo', { datasetId }), 'dataset.images', 'left for validation');
  expect(told.filter((event) => event.change === 'edits')).toHaveLength(before + 1);
  expect(await one.transport.invoke('dataset.edits', { dataset })).toMatchObject({ summary: { images: 0 }, edits: [] });
});

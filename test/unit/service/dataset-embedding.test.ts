import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createService } from '../../../src/engine/service/create-service.ts';
import { embeddingCacheFolder, findEmbedding, keepEmbedding } from '../../../src/engine/service/embedding-cache.ts';
import { windowTransport } from '../../../src/engine/service/window-transport.ts';
import { EMBEDDING_STEPS } from '../../../src/shared/contract/embedding.ts';
import type { Request } from '../../../src/shared/contract/endpoint.ts';
import type { TaskEvent } from '../../../src/shared/contract/event.ts';
import { expectError } from '../../support/expect-error.ts';
import { smallPng, writeFiles } from '../../support/pattern-image.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const root = temporaryFolder();
const home = path.join(root, 'home');
const cache = path.join(root, 'cache');
const service = createService({ home, cache });
afterAll(() => service.close());
const { transport } = service;
const window = windowTransport(service);
beforeAll(() => mkdirSync(home));

async function openSample() {
  const { datasetId } = await window.invoke('dataset.open', { dataset: { kind: 'sample' } });
  return datasetId;
}

const keptFiles = () => readdirSync(embeddingCacheFolder(cache));

/** The share of images whose nearest on the map is of their class. */
function together(classes: Int32Array, coordinates: Float32Array): number {
  const at = (image: number): readonly [number, number] => [
    coordinates[image * 2] ?? NaN,
    coordinates[image * 2 + 1] ?? NaN,
  ];
  const own = [...classes].filter((label, image) => {
    const [across, down] = at(image);
    let nearest = -1;
    let least = Infinity;
    classes.forEach((_, other) => {
      const distance = Math.hypot(across - at(other)[0], down - at(other)[1]);
      if (other === image || distance >= least) return;
      [nearest, least] = [other, distance];
    });
    return classes[nearest] === label;
  });
  return own.length / classes.length;
}

describe('the map of a dataset', () => {
  it('is made by the shipped network, told step by step, and kept', async () => {
    const datasetId = await openSample();
    expect(await window.invoke('dataset.embedding', { datasetId, onlyKept: true })).toEqual({ map: null });
    const told: TaskEvent[] = [];
    const end = transport.subscribe('task', (event) => told.push(event));
    const { map } = await window.invoke('dataset.embedding', { datasetId, taskId: 'map' });
    end();
    expect(map?.imageIds).toHaveLength(140);
    expect(map).toMatchObject({ placed: 0, skipped: [] });
    expect(map?.layers).toHaveLength(1);
    expect([...(map?.coordinates ?? [])].every((value) => value >= 0 && value <= 1)).toBe(true);
    // The shipped network learnt from drawings of another task: it tells most foxes from owls, not all.
    expect(together(map?.classes ?? new Int32Array(), map?.coordinates ?? new Float32Array())).toBeGreaterThan(0.7);
    const steps = [...new Set(told.map(({ detail }) => detail))];
    expect(steps).toEqual([EMBEDDING_STEPS.features, EMBEDDING_STEPS.layout]);

    expect(keptFiles()).toHaveLength(1);
    expect(await window.invoke('dataset.embedding', { datasetId, onlyKept: true })).toEqual({ map });
    const rows = await transport.invoke('cache.show', {});
    const row = rows.find(({ name }) => name === 'embeddings');
    expect(row).toMatchObject({ path: embeddingCacheFolder(cache), clear: 'thaw cache clear' });
    expect(row?.bytes).toBeGreaterThan(1000);
    await transport.invoke('cache.clear', {});
    expect(await window.invoke('dataset.embedding', { datasetId, onlyKept: true })).toEqual({ map: null });
    expect((await window.invoke('dataset.embedding', { datasetId })).map).toEqual(map);
  });

  it('stays as it is whatever is decided of its images: those left out are not shown, classes are as they are now', async () => {
    const datasetId = await openSample();
    const { map } = await window.invoke('dataset.embedding', { datasetId });
    const [out = '', relabelled = ''] = map?.imageIds ?? [];
    const edit = (imageId: string, change: Request<'dataset.edit'>['change']) =>
      window.invoke('dataset.edit', { datasetId, images: { imageIds: [imageId] }, change });
    await edit(out, { kind: 'exclude', excluded: true });
    await edit(relabelled, { kind: 'class', className: 'owl' });
    const after = (await window.invoke('dataset.embedding', { datasetId, onlyKept: true })).map;
    expect(after?.imageIds).toHaveLength(139);
    expect(after?.imageIds).not.toContain(out);
    const place = after?.imageIds.indexOf(relabelled) ?? -1;
    expect(after?.classes[place]).toBe(1);
    expect(after?.coordinates.subarray(place * 2, place * 2 + 2)).toEqual(map?.coordinates.subarray(2, 4));
  });

  it('tells images that cannot be read, has a place for each copy of another, and ends when it is cancelled', async () => {
    const files = Object.fromEntries(
      ['a', 'b'].flatMap((name) =>
        [0, 1, 2, 3].map((index) => [`${name}/${index}.png`, smallPng(index + (name === 'a' ? 0 : 50))] as const),
      ),
    );
    const folder = await writeFiles(path.join(root, 'photos'), { ...files, 'b/copy.png': smallPng(0) });
    const damaged = (await smallPng(99)).subarray(0, 60);
    writeFileSync(path.join(folder, 'a/damaged.png'), damaged);
    const { datasetId } = await transport.invoke('dataset.open', { dataset: { kind: 'folder', path: folder } });
    const end = transport.subscribe('task', ({ taskId }) => {
      if (taskId === 'cancelled') void transport.invoke('task.cancel', { taskId });
    });
    await expectError(() => window.invoke('dataset.embedding', { datasetId, taskId: 'cancelled' }), 'task.cancelled');
    end();
    const { map } = await window.invoke('dataset.embedding', { datasetId });
    expect(map?.paths).toHaveLength(9);
    expect(map?.skipped.map((image) => image.path)).toEqual(['a/damaged.png']);
    const place = (name: string) => {
      const index = map?.paths.indexOf(name) ?? -1;
      return [...(map?.coordinates.subarray(index * 2, index * 2 + 2) ?? [])];
    };
    expect(place('b/copy.png')).toEqual(place('a/0.png'));
  });

  it('says what it needs where it cannot be made', async () => {
    const folder = await writeFiles(path.join(root, 'few'), {
      'a/1.png': smallPng(1),
      'a/2.png': smallPng(2),
      'b/1.png': smallPng(3),
      'b/2.png': smallPng(4),
    });
    const { datasetId } = await transport.invoke('dataset.open', { dataset: { kind: 'folder', path: folder } });
    await expectError(() => window.invoke('dataset.embedding', { datasetId }), 'dataset.images', 'at least 5');
    await expectError(() => window.invoke('dataset.embedding', { datasetId: 'nope' }), 'file.notGranted');
    const network = 'features_1280';
    await expectError(() => window.invoke('dataset.embedding', { datasetId, network }), 'usage.invalid');
    const weights = { kind: 'file', path: '/etc/passwd' } as const;
    await expectError(() => window.invoke('dataset.embedding', { datasetId, weights }), 'file.notGranted');
  });
});

describe('kept maps', () => {
  const embedded = { layers: ['pool'], placed: 1, skipped: [], coordinates: Float32Array.from([0.25, 1, NaN, NaN]) };

  it('come back as they were', async () => {
    await keepEmbedding(cache, 'whole', embedded);
    expect(await findEmbedding(cache, 'whole', 2)).toEqual(embedded);
  });

  it.each([
    ['of another number of images', JSON.stringify({ layers: [], placed: 0, skipped: [], coordinates: 'AAAA' })],
    ['no JSON', '{"layers":'],
    ['no map', '{"version": 1}'],
  ])('are not used where they are %s', async (_, content) => {
    mkdirSync(embeddingCacheFolder(cache), { recursive: true });
    writeFileSync(path.join(embeddingCacheFolder(cache), 'damaged.json'), content);
    expect(await findEmbedding(cache, 'damaged', 2)).toBeNull();
  });
});

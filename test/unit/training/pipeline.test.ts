import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { openDataset, type Dataset } from '../../../src/engine/dataset/open-dataset.ts';
import { loadImages } from '../../../src/engine/image/load-images.ts';
import { scaleToUnitRange } from '../../../src/engine/network/preprocessing.ts';
import { imageSource } from '../../../src/engine/training/batch-source.ts';
import { batches, inOrder } from '../../../src/engine/training/epoch-order.ts';
import { nextMessage, startProcess } from '../../support/child.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { writeTinyDataset } from '../../support/tiny-dataset.ts';

const root = temporaryFolder();
let folder = '';
let dataset: Dataset;
beforeAll(async () => {
  folder = await writeTinyDataset(path.join(root, 'dataset'), { train: 12, val: 2 });
  dataset = await openDataset(folder, { validationShare: 0.2, seed: 1 });
});

it('feeds the same to the bit with one thread and with eight, from memory and from the disk', async () => {
  const digests: unknown[] = [];
  for (const threads of ['1', '8']) {
    for (const memory of ['held', 'read']) {
      const cache = path.join(root, `cache-${threads}-${memory}`);
      const child = startProcess('digest-feeds', [folder, cache, memory], { UV_THREADPOOL_SIZE: threads });
      digests.push(await nextMessage(child));
    }
  }
  expect(digests[0]).toMatch(/^[0-9a-f]{64}$/);
  expect(new Set(digests).size).toBe(1);
});

describe('the memory that images wait in is bounded', () => {
  it.each([1, 4])('while they are decoded: %i beyond what was taken', async (concurrency) => {
    let begun = 0;
    // Tells which images the pipeline has asked for, and so may hold.
    const images = new Proxy(dataset.images, {
      get: (target, name) => {
        if (typeof name === 'string' && /^\d+$/.test(name)) begun = Math.max(begun, Number(name) + 1);
        return Reflect.get(target, name) as unknown;
      },
    });
    const options = { cacheDirectory: path.join(root, `bounded-${concurrency}`), concurrency };
    let taken = 0;
    for await (const image of loadImages(dataset.root, images, scaleToUnitRange(16, 16), options)) {
      expect(image.index).toBe(taken);
      taken += 1;
      // One is in the hands of who takes it.
      expect(begun - taken).toBeLessThan(concurrency);
    }
    expect(taken).toBe(dataset.images.length);
  });

  it('while batches are made: one batch beyond the one that was taken', async () => {
    const count = 20;
    const batchSize = 4;
    let read = 0;
    const source = imageSource({
      decoded: {
        read: () => {
          read += 1;
          return Promise.resolve({ pixels: new Uint8Array(3), aspectRatio: 1 });
        },
        close: () => Promise.resolve(),
      },
      images: Array.from({ length: count }, (_, image) => image),
      labels: new Int32Array(count),
      augment: null,
    });
    let taken = 0;
    for await (const { rows } of source.feeds(batches(inOrder(count), batchSize))) {
      taken += rows.length;
      expect(read - taken).toBeLessThanOrEqual(batchSize);
    }
    expect(taken).toBe(count);
  });
});

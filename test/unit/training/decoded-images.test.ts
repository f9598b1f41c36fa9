import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { RunEventBody } from '../../../src/shared/contract/event.ts';
import { openDataset, type Dataset } from '../../../src/engine/dataset/open-dataset.ts';
import { decodeImage } from '../../../src/engine/image/decode-image.ts';
import { decodedCacheFolder } from '../../../src/engine/image/decoded-cache.ts';
import { scaleToUnitRange } from '../../../src/engine/network/preprocessing.ts';
import { imageSource, type Batch } from '../../../src/engine/training/batch-source.ts';
import { decodeDataset, type DecodedDataset } from '../../../src/engine/training/decoded-images.ts';
import { expectError } from '../../support/expect-error.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { writeTinyDataset } from '../../support/tiny-dataset.ts';
import { never } from '../../support/training-job.ts';

const root = temporaryFolder();
const preprocessing = scaleToUnitRange(16, 16);
const canvas = { ...preprocessing, resize: 'stretch', height: 24, width: 24 } as const;
const MEMORY = { plenty: 2 ** 40, none: 0 } as const;
type Memory = keyof typeof MEMORY;
let folders = 0;
let dataset: Dataset;
beforeAll(async () => {
  const folder = await writeTinyDataset(path.join(root, 'stripes'), { train: 4, val: 2, test: 1 });
  writeFileSync(path.join(folder, 'train/fine/000.png'), 'no image');
  writeFileSync(path.join(folder, 'val/fine/001.png'), Buffer.from('89504e470d0a1a0a0000', 'hex'));
  dataset = await openDataset(folder, { validationShare: 0.2, seed: 0, signal: never });
});

function newCache(): string {
  return path.join(root, `cache-${++folders}`);
}

function decode(
  memory: Memory,
  options: { readonly cacheDirectory?: string; readonly canvas?: typeof canvas; readonly of?: Dataset } = {},
  emit: (body: RunEventBody) => void = () => undefined,
): Promise<DecodedDataset> {
  return decodeDataset({
    dataset: options.of ?? dataset,
    preprocessing,
    canvas: options.canvas ?? preprocessing,
    cacheDirectory: options.cacheDirectory ?? newCache(),
    clock: performance,
    beforeImage: () => Promise.resolve(),
    emit,
    signal: never,
    freeBytes: MEMORY[memory],
  });
}

async function all(batches: Iterable<Batch> | AsyncIterable<Batch>): Promise<Batch[]> {
  const taken: Batch[] = [];
  for await (const batch of batches) taken.push(batch);
  return taken;
}

describe.each(['plenty', 'none'] as const)('decoded images, with memory: %s', (memory) => {
  it('are those of their files, the unreadable ones told apart', async () => {
    const told: RunEventBody[] = [];
    const decoded = await decode(memory, { canvas }, (body) => told.push(body));
    expect([...decoded.unreadable.keys()].map((number) => dataset.images[number]?.path)).toEqual(['val/fine/001.png']);
    expect(decoded.usable).toHaveLength(dataset.images.length - 1);
    for (const number of decoded.usable) {
      const image = dataset.images[number];
      const [images, wanted] =
        image?.split === 'train' ? [decoded.training, canvas] : [decoded.evaluation, preprocessing];
      const { pixels, aspectRatio } = await images.read(number);
      expect(pixels).toEqual(await decodeImage(path.join(dataset.root, image?.path ?? ''), wanted));
      expect(aspectRatio).toBe(1);
    }
    expect(told.at(-1)).toMatchObject({ kind: 'progress', phase: 'decode', done: dataset.images.length });
    await decoded.training.close();
    await decoded.evaluation.close();
  });

  it('are found again in the cache', async () => {
    const cacheDirectory = newCache();
    const first = await decode(memory, { cacheDirectory });
    await first.training.close();
    const moved = { ...dataset, root: path.join(root, 'nowhere') };
    const { training, usable } = await decode(memory, { cacheDirectory, of: moved });
    expect(usable).toEqual(first.usable);
    expect((await training.read(usable[0] ?? -1)).pixels).toHaveLength(16 * 16 * 3);
    await training.close();
  });

  it('feed a split batch by batch, with what was drawn for it', async () => {
    const { training, usable } = await decode(memory);
    const images = usable.filter((number) => dataset.images[number]?.split === 'train');
    const labels = Int32Array.from(images, (number) => dataset.images[number]?.label ?? -1);
    const drawn: [epoch: number, rows: number[], aspectRatios: readonly number[]][] = [];
    const source = imageSource({
      decoded: training,
      images,
      labels,
      augment: (epoch, { rows }, aspectRatios) => {
        drawn.push([epoch, [...rows], aspectRatios]);
        const data = Float32Array.from({ length: rows.length * 4 }, (_, index) => index);
        return { boxes: { data, shape: [rows.length, 4] } };
      },
    });
    const order = [
      { rows: Int32Array.of(4, 0), repeats: Int32Array.of(0, 0) },
      { rows: Int32Array.of(2), repeats: Int32Array.of(0) },
    ];
    const fed = await all(source.feeds(order, 7));
    expect(fed.map(({ rows }) => rows)).toEqual(order.map(({ rows }) => rows));
    // The second batch is made ready while the first is.
    expect(drawn).toHaveLength(2);
    expect(drawn).toContainEqual([7, [4, 0], [1, 1]]);
    expect(drawn).toContainEqual([7, [2], [1]]);
    for (const { rows, feeds } of fed) {
      const pixels = await Promise.all(Array.from(rows, (row) => training.read(images[row] ?? -1)));
      expect(feeds['images']).toEqual({
        data: [Uint8Array.from(pixels.flatMap((image) => [...image.pixels]))],
        shape: [],
      });
      expect(feeds['labels']).toEqual({
        data: Int32Array.from(rows, (row) => labels[row] ?? -1),
        shape: [rows.length],
      });
      expect(feeds['boxes']).toMatchObject({ shape: [rows.length, 4] });
    }
    await training.close();
  });
});

describe('images that are read batch by batch', () => {
  it('are decoded again where the cache was cleared, and missed in words where the file has gone too', async () => {
    const folder = await writeTinyDataset(path.join(root, 'vanishing'), { train: 2, val: 1 });
    const own = await openDataset(folder, { validationShare: 0.2, seed: 0, signal: never });
    const cacheDirectory = newCache();
    const { training, usable } = await decode('none', { cacheDirectory, of: own });
    const [number = -1] = usable;
    rmSync(decodedCacheFolder(cacheDirectory), { recursive: true });
    const file = path.join(folder, own.images[number]?.path ?? '');
    expect((await training.read(number)).pixels).toEqual(await decodeImage(file, preprocessing));
    rmSync(file);
    await training.close();
    const again = await decode('none', { cacheDirectory: newCache(), of: own });
    expect([...again.unreadable.keys()]).toEqual([number]);
    await expectError(() => again.training.read(number), 'dataset.images', own.images[number]?.path ?? '', 'resume');
    await again.training.close();
  });

  it('end an epoch with what was wrong, also where nobody took the batch before', async () => {
    const source = imageSource({
      decoded: {
        read: (number) =>
          number === 2
            ? Promise.reject(new Error('gone'))
            : Promise.resolve({ pixels: new Uint8Array(3), aspectRatio: 1 }),
        close: () => Promise.resolve(),
      },
      images: [0, 1, 2],
      labels: Int32Array.of(0, 0, 0),
      augment: null,
    });
    const order = [0, 1, 2].map((row) => ({ rows: Int32Array.of(row), repeats: Int32Array.of(0) }));
    for await (const { rows } of source.feeds(order)) if (rows[0] === 1) break;
    await expect(all(source.feeds(order))).rejects.toThrow('gone');
  });
});

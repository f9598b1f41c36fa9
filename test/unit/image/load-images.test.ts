import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { clearFolder, folderBytes } from '../../../src/engine/cache/cache-folder.ts';
import { openDataset } from '../../../src/engine/dataset/open-dataset.ts';
import type { Dataset } from '../../../src/engine/dataset/open-dataset.ts';
import { decodeImage } from '../../../src/engine/image/decode-image.ts';
import { decodedCacheFolder } from '../../../src/engine/image/decoded-cache.ts';
import { loadImages } from '../../../src/engine/image/load-images.ts';
import type { LoadedImage, LoadImagesOptions } from '../../../src/engine/image/load-images.ts';
import { scaleToUnitRange } from '../../../src/engine/network/preprocessing.ts';
import { patternImage, writeFiles } from '../../support/pattern-image.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const folder = temporaryFolder();
const preprocessing = scaleToUnitRange(24, 20);
const perClass = 12;
let root = '';
let cacheDirectory = '';
let tests = 0;
let dataset: Dataset;

beforeEach(async () => {
  tests += 1;
  root = path.join(folder, `${tests}-images`);
  cacheDirectory = path.join(folder, `${tests}-cache`);
  for (let index = 0; index < perClass; index += 1) {
    const small = patternImage(60, 50, index).jpeg().toBuffer();
    await writeFiles(root, {
      [`a/${index}.jpg`]: small,
      [`b/${index}.jpg`]: patternImage(70, 40, index).jpeg().toBuffer(),
    });
  }
  const whole = await patternImage(200, 200).jpeg().toBuffer();
  await writeFiles(root, { 'a/5 cut.jpg': whole.subarray(0, 2000) });
  dataset = await openDataset(root, { validationShare: 0.5, seed: 0 });
});

async function load(more: Partial<LoadImagesOptions> = {}): Promise<readonly LoadedImage[]> {
  const loaded: LoadedImage[] = [];
  for await (const image of loadImages(dataset.root, dataset.images, preprocessing, { cacheDirectory, ...more }))
    loaded.push(image);
  return loaded;
}

test.each([1, 3, 64])('yields each image once, in order, as it decodes, with %i in work', async (concurrency) => {
  const loaded = await load({ concurrency });
  expect(loaded.map((image) => image.index)).toEqual([...dataset.images.keys()]);
  for (const [index, image] of loaded.entries()) {
    const { path: name } = dataset.images[index] ?? { path: '' };
    if (name === 'a/5 cut.jpg') {
      expect(image).toEqual({ kind: 'problem', index, problem: expect.stringContaining('cut short') as string });
    } else {
      const pixels = await decodeImage(path.join(root, name), preprocessing);
      expect(image).toEqual({
        kind: 'pixels',
        index,
        pixels,
        aspectRatio: Math.fround(name.startsWith('a/') ? 60 / 50 : 70 / 40),
      });
    }
  }
});

test('reads the second time from the cache, the files being gone', async () => {
  const first = await load();
  await rm(root, { recursive: true });
  const second = await load();
  expect(second.filter((image) => image.kind === 'pixels')).toEqual(first.filter((image) => image.kind === 'pixels'));
  expect(second.filter((image) => image.kind === 'problem').map((image) => image.problem)).toEqual([
    'there is no such file',
  ]);
});

test('keeps the pixels of another size apart', async () => {
  await load();
  const other: LoadedImage[] = [];
  for await (const image of loadImages(root, dataset.images, scaleToUnitRange(10, 20), { cacheDirectory }))
    other.push(image);
  expect(other.every((image) => image.kind === 'problem' || image.pixels.length === 600)).toBe(true);
  expect((await readdir(decodedCacheFolder(cacheDirectory))).length).toBe(2);
});

test('goes on without a cache that cannot be written, and says so once', async () => {
  await writeFiles(folder, { [`${tests}-cache`]: 'a file where the cache should be' });
  const warnings: string[] = [];
  const loaded = await load({ onWarning: (message) => warnings.push(message) });
  expect(loaded.filter((image) => image.kind === 'pixels').length).toBe(2 * perClass);
  expect(warnings).toEqual([expect.stringContaining('cannot be written')]);
});

test('tells how far it is, and stops when told, keeping what it decoded', async () => {
  const seen: number[] = [];
  const abort = new AbortController();
  const onProgress = (done: number, total: number): void => {
    expect(total).toBe(2 * perClass + 1);
    seen.push(done);
    if (done === 6) abort.abort();
  };
  await expect(load({ onProgress, signal: abort.signal, concurrency: 2 })).rejects.toThrow('aborted');
  expect(seen).toEqual([1, 2, 3, 4, 5, 6]);
  expect(await folderBytes(decodedCacheFolder(cacheDirectory))).toBeGreaterThan(5 * 24 * 20 * 3);
});

test('a consumer may stop early', async () => {
  for await (const image of loadImages(root, dataset.images, preprocessing, { cacheDirectory })) {
    if (image.index === 3) break;
  }
  const bytes = await folderBytes(decodedCacheFolder(cacheDirectory));
  expect(bytes).toBeGreaterThan(0);
  expect(await clearFolder(decodedCacheFolder(cacheDirectory))).toBe(bytes);
});

import { hash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { cachedFeatures, featureCacheFolder } from '../../../../src/engine/training/feature-cache/cached-features.ts';
import type {
  CachedFeaturesOptions,
  FeatureKey,
} from '../../../../src/engine/training/feature-cache/cached-features.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const folder = temporaryFolder();
let cacheDirectory = '';
let tests = 0;
let asked: (readonly number[])[] = [];

beforeEach(() => {
  cacheDirectory = path.join(folder, String((tests += 1)));
  asked = [];
});

const sha256 = (text: string): string => hash('sha256', text, 'hex');
const key = (prefix = 'prefix'): FeatureKey => ({
  prefix: sha256(prefix),
  outputs: [
    { name: 'pool/Mean', shape: [4] },
    { name: 'map', shape: [2, 2, 3] },
  ],
});
const images = (...names: readonly string[]): readonly string[] => names.map(sha256);

/** Features that tell the image they were computed from. */
const featuresOf = (contentHash: string): ReadonlyMap<string, Float32Array> => {
  const value = Number.parseInt(contentHash.slice(0, 6), 16);
  return new Map([
    ['pool/Mean', Float32Array.from({ length: 4 }, (_, index) => value + index)],
    ['map', Float32Array.from({ length: 12 }, (_, index) => -value - index)],
  ]);
};

function run(contentHashes: readonly string[], more: Partial<CachedFeaturesOptions> = {}) {
  return cachedFeatures({
    cacheDirectory,
    key: key(),
    contentHashes,
    compute: (missing, write) => {
      asked.push(missing);
      for (const index of missing) write(index, featuresOf(contentHashes[index] ?? ''));
      return Promise.resolve();
    },
    ...more,
  });
}

function expectFeatures(set: Awaited<ReturnType<typeof run>>, contentHashes: readonly string[]): void {
  for (const [name, length] of [
    ['pool/Mean', 4],
    ['map', 12],
  ] as const) {
    contentHashes.forEach((contentHash, index) => {
      const row = set.arrays.get(name)?.subarray(index * length, (index + 1) * length);
      expect(row).toEqual(featuresOf(contentHash).get(name));
    });
  }
  expect(set.present).toEqual(contentHashes.map(() => true));
}

test('computes once and reads afterwards, in whatever order images are asked for', async () => {
  const all = images('a', 'b', 'c', 'd');
  const first = await run(all);
  expectFeatures(first, all);
  expect([first.computed, first.reused]).toEqual([4, 0]);
  const second = await run(all.toReversed());
  expectFeatures(second, all.toReversed());
  expect([second.computed, second.reused]).toEqual([0, 4]);
  expect(asked).toEqual([[0, 1, 2, 3]]);
});

test('computes only what is new when images are added', async () => {
  await run(images('a', 'b'));
  const more = images('x', 'a', 'y', 'b');
  const set = await run(more);
  expectFeatures(set, more);
  expect([set.computed, set.reused, asked.at(-1)]).toEqual([2, 2, [0, 2]]);
});

test('another prefix or another cut shares nothing', async () => {
  await run(images('a'));
  await run(images('a'), { key: key('other weights') });
  const cut: FeatureKey = { ...key(), outputs: [{ name: 'map', shape: [12] }] };
  await run(images('a'), { key: cut });
  expect(asked.length).toBe(3);
});

test('gives copies of one image the same features', async () => {
  const all = images('a', 'a', 'b', 'a');
  expectFeatures(await run(all), all);
  expectFeatures(await run(all), all);
  expect(asked.length).toBe(1);
});

test('tells which images got no features, and asks for them again', async () => {
  const all = images('a', 'bad', 'c');
  const compute: CachedFeaturesOptions['compute'] = (missing, write) => {
    asked.push(missing);
    for (const index of missing) if (index !== 1) write(index, featuresOf(all[index] ?? ''));
    return Promise.resolve();
  };
  const first = await run(all, { compute });
  expect([first.present, first.computed]).toEqual([[true, false, true], 2]);
  expect(first.arrays.get('pool/Mean')?.subarray(4, 8)).toEqual(new Float32Array(4));
  const second = await run(all, { compute });
  expect([second.present, second.reused, asked]).toEqual([[true, false, true], 2, [[0, 1, 2], [1]]]);
});

test('keeps what was computed before it is cancelled', async () => {
  const all = images('a', 'b', 'c', 'd');
  const abort = new AbortController();
  const cancelled = run(all, {
    signal: abort.signal,
    compute: (missing, write) => {
      for (const index of missing.slice(0, 2)) write(index, featuresOf(all[index] ?? ''));
      abort.abort();
      abort.signal.throwIfAborted();
      return Promise.resolve();
    },
  });
  await expect(cancelled).rejects.toThrow('aborted');
  const set = await run(all);
  expectFeatures(set, all);
  expect([set.reused, asked]).toEqual([2, [[2, 3]]]);
});

test('computes damaged features again, and says so', async () => {
  const all = images('a', 'b', 'c');
  await run(all);
  const prefix = path.join(featureCacheFolder(cacheDirectory), key().prefix);
  const file = path.join(prefix, (await readdir(prefix)).find((name) => name.endsWith('.1.npy')) ?? '');
  const bytes = await readFile(file);
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
  await writeFile(file, bytes);
  const warnings: string[] = [];
  const set = await run(all, { onWarning: (message) => warnings.push(message) });
  expectFeatures(set, all);
  expect([set.computed, warnings.length]).toEqual([3, 1]);
  expect((await run(all)).reused).toBe(3);
});

test('refuses features of another size, and a key that is no hash', async () => {
  const compute: CachedFeaturesOptions['compute'] = (_, write) => {
    write(0, new Map([['pool/Mean', new Float32Array(5)]]));
    return Promise.resolve();
  };
  await expect(run(images('a'), { compute })).rejects.toThrow("'pool/Mean' must have 4 values, but got 5");
  await expect(run(images('a'), { key: { ...key(), prefix: '../..' } })).rejects.toThrow('SHA-256');
});

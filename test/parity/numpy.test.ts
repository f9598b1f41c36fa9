import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { findPeerPython } from '../../bench/peer-python.ts';
import { NpzReader } from '../../src/engine/numpy/npz-reader.ts';
import { NpzWriter } from '../../src/engine/numpy/npz-writer.ts';
import { cachedFeatures, featureCacheFolder } from '../../src/engine/training/feature-cache/cached-features.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const python = findPeerPython();
const folder = temporaryFolder();
const file = path.join(folder, 'arrays.npz');

function run(script: string, argument = file): string {
  const { status, stdout, stderr } = spawnSync(python ?? '', ['-c', script, argument], { encoding: 'utf8' });
  expect({ status, stderr }).toMatchObject({ status: 0 });
  return stdout.trim();
}

const reason = 'Python with NumPy is absent (scripts/peers installs it)';

describe.skipIf(python === null)(`NumPy${python === null ? `, skipped: ${reason}` : ''}`, () => {
  it('reads what we write, without pickles, by its own zip reader that checks every checksum', async () => {
    const writer = await NpzWriter.create(file);
    // What follows lies beyond 4 GiB, where only sizes of 64 bits reach.
    const rows = writer.array('features', '<f4', [2, 3], { rowBytes: 24, mostRows: 250_000_000 });
    await rows.append(new Uint8Array(Float32Array.from({ length: 12 }, (_, index) => index / 4).buffer));
    await writer.integers('labels', [3, -1]);
    await writer.texts('paths', ['a/狐狸.png', '🦉']);
    await writer.close();
    expect(existsSync(file)).toBe(true);
    const told = run(`
import json, numpy, sys, zipfile
assert zipfile.ZipFile(sys.argv[1]).testzip() is None
with numpy.load(sys.argv[1], allow_pickle=False) as arrays:
    features = arrays['features']
    print(json.dumps([sorted(arrays.files), features.shape, str(features.dtype), features.ravel().tolist(),
        arrays['labels'].tolist(), str(arrays['labels'].dtype), arrays['paths'].tolist()]))`);
    expect(JSON.parse(told)).toEqual([
      ['features', 'labels', 'paths'],
      [2, 2, 3],
      'float32',
      Array.from({ length: 12 }, (_, index) => index / 4),
      [3, -1],
      'int64',
      ['a/狐狸.png', '🦉'],
    ]);
  });

  it('reads the chunks that features are cached in', async () => {
    const cacheDirectory = path.join(folder, 'cache');
    const prefix = 'a'.repeat(64);
    await cachedFeatures({
      cacheDirectory,
      key: { prefix, outputs: [{ name: 'map', shape: [2, 3] }] },
      contentHashes: ['first', 'second'],
      compute: (missing, write) => {
        for (const index of missing) {
          write(index, new Map([['map', Float32Array.from({ length: 6 }, (_, at) => index * 10 + at / 2)]]));
        }
        return Promise.resolve();
      },
    });
    const told = run(
      `
import glob, json, numpy, sys
[chunk] = glob.glob(sys.argv[1] + '/*.npy')
rows = numpy.load(chunk, allow_pickle=False)
print(json.dumps([rows.shape, str(rows.dtype), rows.ravel().tolist()]))`,
      path.join(featureCacheFolder(cacheDirectory), prefix),
    );
    const rows = [0, 10].flatMap((start) => Array.from({ length: 6 }, (_, at) => start + at / 2));
    expect(JSON.parse(told)).toEqual([[2, 2, 3], 'float32', rows]);
  });

  it.each(['savez', 'savez_compressed'])('writes by %s what we read', async (save) => {
    run(`
import numpy, sys
values = numpy.arange(12).reshape(4, 3) / 4
numpy.${save}(sys.argv[1], half=values.astype('float16'), single=values.astype('float32'), double=values,
    columns=values.astype('float32').T,
    labels=numpy.array([0, 1, -1, 2]), classes=numpy.array(['ant', 'Käfer', '🦉']))`);
    const reader = await NpzReader.open(file);
    try {
      const expected = Float32Array.from({ length: 12 }, (_, index) => index / 4);
      for (const name of ['half', 'single', 'double']) {
        expect(await reader.floats(name, 1000)).toEqual({ shape: [4, 3], data: expected });
      }
      const columns = Float32Array.from({ length: 12 }, (_, index) => ((index % 4) * 3 + Math.floor(index / 4)) / 4);
      expect(await reader.floats('columns', 1000)).toEqual({ shape: [3, 4], data: columns });
      expect(await reader.integers('labels', 1000)).toEqual([0, 1, -1, 2]);
      expect(await reader.texts('classes', 1000)).toEqual(['ant', 'Käfer', '🦉']);
    } finally {
      await reader.close();
    }
  });
});

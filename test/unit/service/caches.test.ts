import { hash } from 'node:crypto';
import { globSync, mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RowStore } from '../../../src/engine/cache/row-store.ts';
import { createService, type Service } from '../../../src/engine/service/create-service.ts';
import { cachedFeatures, featureCacheFolder } from '../../../src/engine/training/feature-cache/cached-features.ts';
import { expectError } from '../../support/expect-error.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const root = temporaryFolder();
const MEBIBYTE = 2 ** 20;
let home = '';
let cache = '';
let service: Service;
let tests = 0;
beforeEach(() => {
  const place = path.join(root, String((tests += 1)));
  [home, cache] = [path.join(place, 'home'), path.join(place, 'cache')];
  mkdirSync(home, { recursive: true });
  service = createService({ home, cache });
});
afterEach(() => service.close());

/** Keeps features of one image, 1 MiB large. */
async function keep(name: string): Promise<void> {
  await cachedFeatures({
    cacheDirectory: cache,
    key: { prefix: hash('sha256', name, 'hex'), outputs: [{ name: 'map', shape: [MEBIBYTE / 4] }] },
    contentHashes: [name],
    compute: (missing, write) => {
      for (const index of missing) write(index, new Map([['map', new Float32Array(MEBIBYTE / 4)]]));
      return Promise.resolve();
    },
  });
}

/** Makes what is kept so far a minute older: a disk may give what is written in the same instant one and the same time. */
function grewOlder(): void {
  for (const file of globSync(path.join(featureCacheFolder(cache), '**/*.json'))) {
    const seconds = statSync(file).mtimeMs / 1000 - 60;
    utimesSync(file, seconds, seconds);
  }
}

async function shown(name: string) {
  const found = (await service.transport.invoke('cache.show', {})).find((summary) => summary.name === name);
  return found ?? expect.fail(`There is no cache '${name}'.`);
}

describe('the caches', () => {
  it('are shown with what they take, what they may take, and how they are cleared', async () => {
    await keep('a');
    const features = await shown('features');
    expect(features).toMatchObject({
      path: featureCacheFolder(cache),
      limitBytes: 8 * 2 ** 30,
      clear: 'thaw cache clear',
    });
    expect(features.bytes).toBeGreaterThan(MEBIBYTE);
    expect(await shown('decoded')).toMatchObject({ bytes: 0, limitBytes: 8 * 2 ** 30 });
    expect(await shown('thumbnails')).toMatchObject({ limitBytes: 2 * 2 ** 30 });
    expect(await shown('toolchain')).toMatchObject({ limitBytes: null, clear: null });
  });

  it('become smaller at once when their limit does, what was used longest ago first', async () => {
    for (const name of ['a', 'b', 'c']) {
      grewOlder();
      await keep(name);
    }
    await service.transport.invoke('settings.write', { cacheLimitBytes: 2 * MEBIBYTE });
    const features = await shown('features');
    expect(features).toMatchObject({ limitBytes: 2 * MEBIBYTE });
    expect(features.bytes).toBeLessThan(2 * MEBIBYTE);
    const options = {
      root: featureCacheFolder(cache),
      columns: [{ name: 'map', type: 'float32', shape: [MEBIBYTE / 4] }],
    } as const;
    const isKept = async (name: string): Promise<boolean> => {
      const store = await RowStore.open({ ...options, key: hash('sha256', name, 'hex'), limitBytes: 2 ** 40 });
      await store.close();
      return store.has(name);
    };
    expect([await isKept('a'), await isKept('c')]).toEqual([false, true]);
    await service.transport.invoke('settings.write', { theme: 'dark' });
    expect((await shown('features')).limitBytes).toBe(2 * MEBIBYTE);
  });

  it('keep downloaded weights when they are cleared, but for who asks for that', async () => {
    const folder = path.join(cache, 'weights', 'keras');
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, 'network.h5'), new Uint8Array(MEBIBYTE));

    await service.transport.invoke('cache.clear', {});
    expect(await shown('weights')).toMatchObject({ bytes: MEBIBYTE, limitBytes: null });

    expect((await service.transport.invoke('cache.clear', { weights: true })).bytes).toBe(MEBIBYTE);
    expect((await shown('weights')).bytes).toBe(0);
  });

  it('keep weights that are being downloaded, and no part that was left', async () => {
    const folder = path.join(cache, 'weights', 'keras');
    mkdirSync(folder, { recursive: true });
    const write = (name: string, content: string | Uint8Array): void => writeFileSync(path.join(folder, name), content);
    write('coming.h5.part', new Uint8Array(MEBIBYTE));
    write('coming.h5.part.json', '{}');
    write('coming.h5.lock', String(process.pid));
    write('left.h5.part', new Uint8Array(MEBIBYTE));
    // No process has this number: the largest of Linux is 2^22.
    write('left.h5.lock', String(2 ** 30));

    expect((await service.transport.invoke('cache.clear', { weights: true })).bytes).toBe(MEBIBYTE);
    expect(readdirSync(folder).sort()).toEqual(['coming.h5.lock', 'coming.h5.part', 'coming.h5.part.json']);
  });

  it('are cleared, and told what that freed', async () => {
    await keep('a');
    const { bytes } = await shown('features');
    expect(await service.transport.invoke('cache.clear', {})).toEqual({ bytes });
    expect((await shown('features')).bytes).toBe(0);
  });

  it.each([0, 1000, 1.5, 2 ** 51])('have no limit of %s bytes', async (cacheLimitBytes) => {
    await expectError(
      () => service.transport.invoke('settings.write', { cacheLimitBytes }),
      'usage.invalid',
      'cacheLimitBytes',
    );
  });

  it('are shown with the usual limit where the settings are those of a newer Thaw', async () => {
    writeFileSync(path.join(home, 'settings.json'), '{"schemaVersion":9}');
    expect(await shown('features')).toMatchObject({ limitBytes: 8 * 2 ** 30 });
  });
});

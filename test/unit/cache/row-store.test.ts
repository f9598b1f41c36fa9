import { appendFile, mkdir, open, readdir, readFile, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { clearFolder, folderBytes } from '../../../src/engine/cache/cache-folder.ts';
import type { Column } from '../../../src/engine/cache/chunk.ts';
import { RowStore } from '../../../src/engine/cache/row-store.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const folder = temporaryFolder();
const columns: readonly Column[] = [
  { name: 'a', type: 'float32', shape: [2, 3] },
  { name: 'b', type: 'uint8', shape: [5] },
];
let root = '';
let tests = 0;
let warnings: string[] = [];

beforeEach(() => {
  root = path.join(folder, String((tests += 1)));
  warnings = [];
});

let opened: RowStore[] = [];

afterEach(async () => {
  for (const store of opened) await store.close();
  opened = [];
});

async function openStore(
  more: { key?: string; columns?: readonly Column[]; limitBytes?: number } = {},
): Promise<RowStore> {
  const onWarning = (message: string) => warnings.push(message);
  const store = await RowStore.open({ root, key: 'key', columns, limitBytes: 2 ** 30, onWarning, ...more });
  opened.push(store);
  return store;
}

const rowFor = (value: number): readonly Uint8Array[] => [
  new Uint8Array(Float32Array.from({ length: 6 }, (_, index) => value + index / 8).buffer),
  new Uint8Array(5).fill(value),
];

/** Reads rows and holds those that are there against what was written; their keys are the numbers they were made from. */
async function present(store: RowStore, values: readonly number[]): Promise<readonly number[]> {
  const requests = values.map((value) => ({ key: String(value), targets: [new Uint8Array(24), new Uint8Array(5)] }));
  const found = await store.read(requests);
  return values.filter((value, index) => {
    if (found[index] === true) expect(requests[index]?.targets).toEqual(rowFor(value));
    return found[index];
  });
}

async function write(values: readonly number[], more: Parameters<typeof openStore>[0] = {}): Promise<void> {
  const store = await openStore(more);
  for (const value of values) await store.add(String(value), rowFor(value));
  await store.close();
}

const files = async (): Promise<readonly string[]> => (await readdir(path.join(root, 'key')).catch(() => [])).sort();

const values = [1, 2, 3, 4, 5, 6, 7, 8];

test('gives back what was added, in any order, some or all', async () => {
  await write(values);
  const store = await openStore();
  expect(await present(store, values.toReversed())).toEqual(values.toReversed());
  expect(await present(store, [3])).toEqual([3]);
  expect(await present(store, [9, 2, 10])).toEqual([2]);
  expect([store.has('8'), store.has('9')]).toEqual([true, false]);
  await store.close();
  expect(warnings).toEqual([]);
});

test('adds to what is there, each row once', async () => {
  await write([1, 2]);
  await write([2, 3, 3]);
  const store = await openStore();
  expect(await present(store, [1, 2, 3])).toEqual([1, 2, 3]);
  await store.close();
  expect((await files()).filter((name) => name.endsWith('.json')).length).toBe(2);
  expect(
    (await stat(path.join(root, 'key', (await files()).findLast((name) => name.endsWith('.1.npy')) ?? ''))).size,
  ).toBe(128 + 5);
});

test('writes a chunk when enough rows have come together, without waiting for the end', async () => {
  const large: readonly Column[] = [{ name: 'pixels', type: 'uint8', shape: [2 ** 20, 3] }];
  const store = await openStore({ columns: large });
  const row = [new Uint8Array(3 * 2 ** 20).fill(7)];
  for (let index = 0; index < 11; index += 1) await store.add(String(index), row);
  await expect.poll(async () => (await files()).filter((name) => name.endsWith('.json')).length).toBe(5);
  await store.close();
  expect((await files()).filter((name) => name.endsWith('.json')).length).toBe(6);
});

describe('what cannot be used is told, expected and found, and written anew', () => {
  const changes: Readonly<Record<string, readonly [(index: string) => Promise<void>, readonly string[]]>> = {
    'a chunk of another version': [
      async (index) => {
        const content = JSON.parse(await readFile(index, 'utf8')) as object;
        await writeFile(index, JSON.stringify({ ...content, version: 99, more: true }));
      },
      ['expected version 1', 'found version 99'],
    ],
    'a chunk without a version': [(index) => writeFile(index, '{}'), ['is not as it was written']],
    'an index that is no JSON': [(index) => writeFile(index, '{'), ['does not read']],
    'an index that lacks rows': [
      async (index) => {
        const content = JSON.parse(await readFile(index, 'utf8')) as { keys: string[] };
        await writeFile(index, JSON.stringify({ ...content, keys: content.keys.slice(1) }));
      },
      ['is not as it was written'],
    ],
    'an index far too long': [(index) => truncate(index, 5 * 2 ** 20), [`${5 * 2 ** 20} bytes`]],
  };
  test.each(Object.entries(changes))('%s', async (_, [change, words]) => {
    await write(values);
    await change(path.join(root, 'key', (await files()).find((name) => name.endsWith('.json')) ?? ''));
    const store = await openStore();
    expect(store.has('1')).toBe(false);
    expect(warnings).toHaveLength(1);
    for (const word of words) expect(warnings[0]).toContain(word);
    expect(await files()).toEqual([]);
    for (const value of values) await store.add(String(value), rowFor(value));
    await store.close();
    expect(await present(await openStore(), values)).toEqual(values);
    expect(warnings).toHaveLength(1);
  });

  test('rows of other columns', async () => {
    await write(values);
    const other = await openStore({ columns: [{ name: 'a', type: 'float32', shape: [3, 2] }] });
    expect(other.has('1')).toBe(false);
    expect(warnings).toEqual([
      expect.stringContaining('expected a float32 [3, 2], found a float32 [2, 3], b uint8 [5]'),
    ]);
    expect(await files()).toEqual([]);
  });
});

describe('damage is noticed, told, and mended by writing anew', () => {
  const damages: Record<string, (file: string) => Promise<void>> = {
    'a changed byte': async (file) => {
      const handle = await open(file, 'r+');
      await handle.write(Uint8Array.of(255), 0, 1, 128 + 30);
      await handle.close();
    },
    'a changed header': async (file) => {
      const handle = await open(file, 'r+');
      await handle.write('<f8', 20);
      await handle.close();
    },
    'a file cut short': (file) => truncate(file, 140),
    'a file too long': (file) => appendFile(file, 'x'),
    'a missing file': (file) => rm(file),
  };
  test.each(Object.keys(damages))('%s', async (name) => {
    await write(values);
    const damaged = path.join(root, 'key', (await files()).find((file) => file.endsWith('.0.npy')) ?? '');
    await damages[name]?.(damaged);
    const store = await openStore();
    expect(await present(store, values)).toEqual([]);
    expect(warnings).toEqual([expect.stringContaining('damaged or gone')]);
    expect(await files()).toEqual([]);
    for (const value of values) await store.add(String(value), rowFor(value));
    await store.close();
    expect(await present(await openStore(), values)).toEqual(values);
  });
});

test('goes on without a disk it cannot write, and says so once', async () => {
  await mkdir(folder, { recursive: true });
  await writeFile(root, 'a file where the cache should be');
  const store = await openStore();
  for (let round = 0; round < 2; round += 1) {
    for (let value = 0; value < 5000; value += 1) await store.add(`${round}-${value}`, rowFor(1));
  }
  await store.close();
  expect(warnings).toEqual([expect.stringContaining('cannot be written')]);
});

test('two stores may write the same folder at the same time', async () => {
  const [left, right] = [await openStore(), await openStore()];
  for (const value of values) {
    await left.add(String(value), rowFor(value));
    if (value % 2 === 0) await right.add(String(value), rowFor(value));
  }
  await Promise.all([left.close(), right.close()]);
  expect(await present(await openStore(), values)).toEqual(values);
  expect(warnings).toEqual([]);
});

test('a store whose chunk another process removed finds nothing, and goes on', async () => {
  await write(values);
  const store = await openStore();
  await clearFolder(root);
  expect(await present(store, values)).toEqual([]);
  await store.add('1', rowFor(1));
  await store.close();
  expect(await present(await openStore(), [1])).toEqual([1]);
});

describe('the limit', () => {
  const age = async (key: string, minutes: number): Promise<void> => {
    const time = new Date(Date.now() - minutes * 60_000);
    for (const name of await readdir(path.join(root, key))) await utimes(path.join(root, key, name), time, time);
  };

  test('takes what was used longest ago, whichever key it belongs to', async () => {
    for (const [key, minutes] of [
      ['old', 30],
      ['used', 40],
      ['new', 10],
    ] as const) {
      await write(values, { key });
      await age(key, minutes);
    }
    const used = await openStore({ key: 'used' });
    expect(await present(used, [1])).toEqual([1]);
    await used.close();
    const one = (await folderBytes(root)) / 3;
    await write(values, { key: 'last', limitBytes: 3.5 * one });
    expect((await readdir(root)).sort()).toEqual(['last', 'new', 'used']);
  });

  test('takes what a dead process left half written, but not what is being written', async () => {
    await write(values);
    const half = path.join(root, 'key', 'dead-000000000000.0.npy.partial');
    const current = path.join(root, 'key', 'live-000000000000.0.npy.partial');
    await writeFile(half, 'x');
    await writeFile(current, 'x');
    await utimes(half, new Date(0), new Date(0));
    await write([99]);
    const left = await files();
    expect(left.filter((name) => name.startsWith('dead'))).toEqual([]);
    expect(left.filter((name) => name.startsWith('live')).length).toBe(1);
    expect(await present(await openStore(), [...values, 99])).toEqual([...values, 99]);
  });
});

test('clearing tells the bytes it freed', async () => {
  expect(await folderBytes(root)).toBe(0);
  expect(await clearFolder(root)).toBe(0);
  await write(values);
  const bytes = await folderBytes(root);
  expect(bytes).toBeGreaterThan(256);
  expect(await clearFolder(root)).toBe(bytes);
  expect(await folderBytes(root)).toBe(0);
});

import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FolderWatch } from '../../../src/engine/dataset/watch-folders.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const folder = temporaryFolder();
let root = '';
let made = 0;
let changes = 0;
let watch: FolderWatch;

beforeEach(() => {
  root = path.join(folder, `root-${(made += 1)}`);
  mkdirSync(path.join(root, 'train/cat'), { recursive: true });
  changes = 0;
  watch = new FolderWatch(root, () => (changes += 1));
});
afterEach(() => watch.close());

/** Patient with a machine that has much else to do. */
const untilChanged = (): Promise<void> => vi.waitFor(() => expect(changes).toBeGreaterThan(0), { timeout: 60_000 });

describe('watching a folder', { timeout: 90_000 }, () => {
  it.each([
    ['a file comes', () => writeFileSync(path.join(root, 'train/cat/1.png'), '1')],
    ['a folder comes', () => mkdirSync(path.join(root, 'train/dog'))],
    ['a folder is renamed', () => renameSync(path.join(root, 'train/cat'), path.join(root, 'train/dog'))],
  ])('tells when %s', async (_, change) => {
    expect((await watch.begin()).problem).toBeNull();
    change();
    await untilChanged();
  });

  it('takes in folders that came since', async () => {
    expect((await watch.begin()).problem).toBeNull();
    mkdirSync(path.join(root, 'train/dog'));
    await untilChanged();
    expect((await watch.begin()).problem).toBeNull();
    changes = 0;
    writeFileSync(path.join(root, 'train/dog/1.png'), '1');
    await untilChanged();
  });

  it('says whether it took in any', async () => {
    expect(await watch.begin()).toEqual({ problem: null, grown: true });
    expect(await watch.begin()).toEqual({ problem: null, grown: false });
    mkdirSync(path.join(root, 'train/dog'));
    await untilChanged();
    expect((await watch.begin()).grown).toBe(process.platform === 'linux');
  });

  it.each([
    ['a class', 'train/cat'],
    ['all of it', '.'],
  ])('tells of %s that came anew where it went', async (_, gone) => {
    await watch.begin();
    rmSync(path.join(root, gone), { recursive: true });
    mkdirSync(path.join(root, 'train/cat'), { recursive: true });
    let files = 0;
    await vi.waitFor(
      async () => {
        await watch.begin();
        changes = 0;
        writeFileSync(path.join(root, `train/cat/${(files += 1)}.png`), '1');
        await setTimeout(200);
        expect(changes).toBeGreaterThan(0);
      },
      { timeout: 60_000 },
    );
  });

  it('tells when it comes back after it had gone', async () => {
    await watch.begin();
    const aside = path.join(folder, `aside-${made}`);
    renameSync(root, aside);
    await untilChanged();
    await watch.begin();
    changes = 0;
    // Of another folder nothing that was watched tells.
    mkdirSync(path.join(root, 'train/cat'), { recursive: true });
    await untilChanged();
  });

  // Elsewhere the system watches a whole tree at once.
  it.skipIf(process.platform !== 'linux')('says so where there are too many folders', async () => {
    for (let index = 0; index < 4_100; index += 1) mkdirSync(path.join(root, `class ${index}`));
    expect((await watch.begin()).problem).toContain('not watched');
  });
});

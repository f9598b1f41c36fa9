import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  assertDiskSpace,
  assertFileSpace,
  freeSpace,
  type FreeSpace,
} from '../../../src/engine/training/disk-space.ts';
import { expectError } from '../../support/expect-error.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const MEGABYTE = 1e6;
const root = temporaryFolder();
const runDirectory = path.join(root, 'home', 'runs', 'r');
const cache = path.join(root, 'cache', 'features');

/** Disks by the first folder below the root. */
const disks =
  (spaces: Readonly<Record<string, FreeSpace>>) =>
  (folder: string): Promise<FreeSpace | null> =>
    Promise.resolve(spaces[path.relative(root, folder).split(path.sep)[0] ?? ''] ?? null);

const need = (checkpoint: number, features = 0) => ({
  runDirectory,
  checkpointBytes: checkpoint * MEGABYTE,
  onceBytes: 0,
  caches: [{ folder: cache, bytes: features * MEGABYTE }],
});

describe('the room of a run', () => {
  it('is for three checkpoints: the last, the best and the one being written', async () => {
    const spaceOf = disks({ home: { bytes: 30 * MEGABYTE, disk: 1 } });
    await assertDiskSpace(need(10), spaceOf);
    await expectError(
      () => assertDiskSpace(need(10.1), spaceOf),
      'disk.full',
      'those of this one take 30.3 MB, and 30.0 MB are free at',
      runDirectory,
      'THAW_HOME',
    );
  });

  it('is for its caches too where they lie on the same disk, less what they hold already', async () => {
    const spaceOf = disks({ home: { bytes: 50 * MEGABYTE, disk: 1 }, cache: { bytes: 50 * MEGABYTE, disk: 1 } });
    await assertDiskSpace(need(10, 20), spaceOf);
    await expectError(
      () => assertDiskSpace(need(10, 21), spaceOf),
      'disk.full',
      'take 30.0 MB and its caches 21.0 MB, and 50.0 MB are free',
      'THAW_CACHE',
      'thaw cache clear',
    );
    mkdirSync(path.join(cache, 'key'), { recursive: true });
    writeFileSync(path.join(cache, 'key', 'chunk'), new Uint8Array(2 * MEGABYTE));
    await assertDiskSpace(need(10, 21), spaceOf);
  });

  it('is not for caches on a disk of their own: they are done without', async () => {
    const spaceOf = disks({ home: { bytes: 30 * MEGABYTE, disk: 1 }, cache: { bytes: 0, disk: 2 } });
    await assertDiskSpace(need(10, 1000), spaceOf);
  });

  it('counts the checkpoints that a resumed run has written before', async () => {
    const folder = path.join(runDirectory, 'checkpoints', 'step-00000001');
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, 'checkpoint'), new Uint8Array(2 * MEGABYTE));
    await assertDiskSpace(need(2), disks({ home: { bytes: 4 * MEGABYTE, disk: 1 } }));
    await expectError(
      () => assertDiskSpace(need(2), disks({ home: { bytes: 3.9 * MEGABYTE, disk: 1 } })),
      'disk.full',
      'take 4.0 MB',
    );
  });

  it('is read of the nearest folder that is there', async () => {
    const [here, below] = [await freeSpace(root), await freeSpace(path.join(root, 'not', 'yet'))];
    expect(here?.bytes).toBeGreaterThan(0);
    expect(below?.disk).toBe(here?.disk);
  });
});

describe('the room of a file', () => {
  const file = path.join(root, 'out', 'a.npz');
  const fileNeed = (megabytes: number, features = 0) => ({
    file,
    bytes: megabytes * MEGABYTE,
    caches: [{ folder: path.join(root, 'kept', 'features'), bytes: features * MEGABYTE }],
  });

  it('is all of it, whatever stands under its name', async () => {
    const spaceOf = disks({ out: { bytes: 30 * MEGABYTE, disk: 1 } });
    await assertFileSpace(fileNeed(30), spaceOf);
    await expectError(
      () => assertFileSpace(fileNeed(30.1), spaceOf),
      'disk.full',
      `'${file}' takes 30.1 MB, and 30.0 MB are free there`,
      'elsewhere',
    );
  });

  it('is for the caches of the same disk too, and not for those of another', async () => {
    const place = { bytes: 30 * MEGABYTE, disk: 1 };
    await expectError(
      () => assertFileSpace(fileNeed(20, 11), disks({ out: place, kept: place })),
      'disk.full',
      'takes 20.0 MB and the caches 11.0 MB',
      'thaw cache clear',
    );
    await assertFileSpace(fileNeed(20, 11), disks({ out: place, kept: { bytes: 0, disk: 2 } }));
    await assertFileSpace(fileNeed(20, 11), () => Promise.resolve(null));
  });
});

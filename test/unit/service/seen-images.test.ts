import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Datasets, type OpenedDataset } from '../../../src/engine/service/datasets.ts';
import { seeImages } from '../../../src/engine/service/seen-images.ts';
import { smallPng, writeFiles } from '../../support/pattern-image.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const root = temporaryFolder();
let made = 0;
const unfollowed = () => ({ signal: new AbortController().signal, report: (): void => undefined });
const NO_EDITS = { edits: new Map(), undo: null, redo: null };

async function openPhotos(): Promise<OpenedDataset> {
  const names = ['cat/1', 'cat/2', 'cat/3', 'dog/1', 'dog/2', 'dog/3'];
  const folder = path.join(root, `photos-${(made += 1)}`);
  await writeFiles(folder, Object.fromEntries(names.map((name, seed) => [`${name}.png`, smallPng(seed)])));
  const datasets = new Datasets(
    () => NO_EDITS,
    () => null,
  );
  return datasets.open({ kind: 'folder', path: folder }, unfollowed());
}

describe('looking at the images of a dataset', () => {
  // Elsewhere there are no such files.
  it.skipIf(process.platform === 'win32').each([
    ['a link to a device that never ends', (file: string) => symlinkSync('/dev/zero', file), 'leads out'],
    ['a link to a file elsewhere', (file: string) => symlinkSync(import.meta.filename, file), 'leads out'],
    ['a folder', (file: string) => mkdirSync(file), 'no file'],
    ['nothing', () => undefined, 'gone'],
  ])('reads none that became %s since', async (_, put, reason) => {
    const opened = await openPhotos();
    const [first] = opened.images;
    if (!first) expect.fail('There are no images.');
    const file = path.join(opened.content.root, first.image.path);
    rmSync(file);
    put(file);
    const seen = await seeImages(opened, null, { ...unfollowed(), atATime: 2 });
    const measured = seen.get(first.image.contentHash)?.measured;
    expect(measured?.kind === 'problem' && measured.reason).toContain(reason);
    expect([...seen.values()].filter(({ measured }) => measured.kind === 'measures')).toHaveLength(5);
  });

  it('is over with everything it had begun, where it is ended', async () => {
    const opened = await openPhotos();
    const controller = new AbortController();
    let told = 0;
    const seeing = seeImages(opened, null, {
      signal: controller.signal,
      report: (done) => {
        told += 1;
        if (done > 0) controller.abort(new Error('It was ended.'));
      },
      atATime: 3,
    });
    await expect(seeing).rejects.toThrow('It was ended.');
    const before = told;
    await setTimeout(300);
    expect(told).toBe(before);
  });
});

import { hash } from 'node:crypto';
import { once } from 'node:events';
import { copyFileSync, cpSync, mkdirSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeStep, readEdits, undoStep } from '../../../../src/engine/dataset/edits/edit-steps.ts';
import type { OriginalImage } from '../../../../src/engine/dataset/edits/image-edits.ts';
import { openDatasetIndex, type DatasetIndex } from '../../../../src/engine/dataset/index/dataset-index.ts';
import { knownDataset } from '../../../../src/engine/dataset/index/indexed-dataset.ts';
import { knownFiles } from '../../../../src/engine/dataset/index/known-files.ts';
import { readContent, type DatasetContent } from '../../../../src/engine/dataset/read-content.ts';
import { startProcess } from '../../../support/child.ts';
import { expectError } from '../../../support/expect-error.ts';
import { smallPng, writeFiles } from '../../../support/pattern-image.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const folder = temporaryFolder();
let tests = 0;
let home = '';
let root = '';
let index: DatasetIndex;

const PHOTOS = ['cat/1.png', 'cat/2.png', 'cat/3.png', 'dog/1.png', 'dog/2.png', 'dog/3.png'];

beforeEach(async () => {
  home = path.join(folder, `home-${(tests += 1)}`);
  root = path.join(folder, `photos-${tests}`);
  mkdirSync(root);
  await writeFiles(root, Object.fromEntries(PHOTOS.map((name, seed) => [name, smallPng(seed)])));
  index = openDatasetIndex(home);
});
afterEach(() => index.close());

const open = (where = root): Promise<DatasetContent> => readContent(where, { index });
const at = (...names: readonly string[]): string => path.join(root, ...names);
const imageAt = (name: string): OriginalImage => {
  return { path: name, className: null, contentHash: hash('sha256', readFileSync(at(name))) };
};
const idOf = (where = root): number => knownDataset(index, where) ?? expect.fail('The dataset is not known.');

async function changesOf(where = root): Promise<unknown> {
  return (await open(where)).indexed?.changes;
}

const nothing = { added: 0, changed: 0, moved: 0, removed: 0 };

/** Another content of the same length and, as nearly as can be had, the same time: only what a file holds is trusted. */
function rewrite(file: string, content: string): void {
  writeFileSync(file, content);
  utimesSync(file, new Date(2001, 1), new Date(2001, 1));
}

describe('a dataset that is read again', () => {
  it('is unknown at first, and then tells what changed', async () => {
    expect(await changesOf()).toBeNull();
    expect(await changesOf()).toEqual(nothing);
    await writeFiles(root, { 'dog/4.png': smallPng(40), 'cat/1.png': smallPng(41) });
    utimesSync(at('cat/1.png'), new Date(2001, 1), new Date(2001, 1));
    renameSync(at('cat/2.png'), at('dog/was-a-cat.png'));
    rmSync(at('dog/3.png'));
    expect(await changesOf()).toEqual({ added: 1, changed: 1, moved: 1, removed: 1 });
    expect(await changesOf()).toEqual(nothing);
    expect([...(await knownFiles(index, idOf())).keys()]).toEqual([
      'cat/1.png',
      'cat/3.png',
      'dog/1.png',
      'dog/2.png',
      'dog/4.png',
      'dog/was-a-cat.png',
    ]);
  });

  it('is what it would be without the index', async () => {
    writeFileSync(at('cat/notes.png'), 'these are notes');
    await open();
    const known = await open();
    const fresh = await readContent(root, {});
    expect(fresh.indexed).toBeNull();
    expect({ ...known, indexed: null }).toEqual(fresh);
    expect(known.skipped).toEqual([{ path: 'cat/notes.png', reason: expect.stringContaining('no image') as string }]);
  });

  it('remembers files that are no images, until they are', async () => {
    rewrite(at('cat/notes.png'), 'these are notes');
    await open();
    copyFileSync(at('cat/1.png'), at('cat/notes.png'));
    const content = await open();
    expect(content.skipped).toEqual([]);
    expect(content.indexed?.changes).toEqual({ ...nothing, changed: 1 });
  });

  it('keeps what it knows of files that another structure leaves out', async () => {
    writeFileSync(at('beside.png'), await smallPng(77));
    const unlabelled = { kind: 'unlabelled' } as const;
    await readContent(root, { index, structure: unlabelled });
    expect((await open()).indexed?.changes).toEqual(nothing);
    expect((await readContent(root, { index, structure: unlabelled })).indexed?.changes).toEqual(nothing);
  });

  it('takes the edits of an image along when its file is moved, and can still undo them', async () => {
    await open();
    const image = imageAt('cat/2.png');
    const step = (change: Parameters<typeof makeStep>[2]['change']) =>
      makeStep(index, idOf(), { images: [image], change }, () => undefined);
    step({ kind: 'tag', tag: 'blurred', on: true });
    step({ kind: 'exclude', excluded: true });
    renameSync(at('cat/2.png'), at('cat/renamed.png'));
    await open();
    const moved = { path: 'cat/renamed.png', tags: ['blurred'] };
    expect([...readEdits(index, idOf()).edits.values()]).toEqual([{ ...moved, excluded: true }]);
    expect([...undoStep(index, idOf()).edits.values()]).toEqual([moved]);
    expect([...undoStep(index, idOf()).edits.values()]).toEqual([]);
  });

  it('keeps the edits of a file that went, for it may come back', async () => {
    await open();
    const change = { kind: 'exclude', excluded: true } as const;
    makeStep(index, idOf(), { images: [imageAt('dog/3.png')], change }, () => undefined);
    renameSync(at('dog/3.png'), path.join(folder, 'away.png'));
    await open();
    expect([...readEdits(index, idOf()).edits.keys()]).toEqual(['dog/3.png']);
  });

  it('is never taken for empty when its disk is unplugged, though an empty folder stays in its place', async () => {
    await open();
    let unplugged = false;
    const onProgress = (): void => {
      if (unplugged) return;
      unplugged = true;
      renameSync(root, `${root}-disk`);
      mkdirSync(root);
    };
    await expectError(() => readContent(root, { index, onProgress }), 'dataset.missing', 'has gone');
    rmSync(root, { recursive: true });
    renameSync(`${root}-disk`, root);
    expect(await changesOf()).toEqual(nothing);
  });

  it('is kept by two processes that read it at once', async () => {
    const children = Array.from({ length: 2 }, () => startProcess('read-dataset', [home, root]));
    const codes = await Promise.all(children.map(async (child) => (await once(child, 'exit')) as [number]));
    expect(codes.map(([code]) => code)).toEqual([0, 0]);
    expect(await changesOf()).toEqual(nothing);
    index.assertSound();
  });
});

describe('a dataset that was moved', () => {
  const change = { kind: 'exclude', excluded: true } as const;
  const exclude = (name: string): void => {
    makeStep(index, idOf(), { images: [imageAt(name)], change }, () => undefined);
  };
  const moveTo = (name: string): string => {
    const target = path.join(folder, `${name}-${tests}`);
    renameSync(root, target);
    return target;
  };

  it('is known again with its edits, says so, and is found by where it lay', async () => {
    await open();
    exclude('cat/1.png');
    const id = idOf();
    const target = moveTo('elsewhere');
    const { indexed, structure } = await open(target);
    expect(indexed).toMatchObject({ dataset: id, movedFrom: root, changes: nothing });
    expect(structure.notes).toEqual([expect.stringContaining(root)]);
    expect([...readEdits(index, idOf(target)).edits.keys()]).toEqual(['cat/1.png']);
    const { root: found, structure: again } = await open(root);
    expect(found).toBe(target);
    expect(again.notes).toEqual([]);
  });

  it('is known by what its files hold where their times are others, and a few have changed', async () => {
    await writeFiles(
      root,
      Object.fromEntries(Array.from({ length: 14 }, (_, seed) => [`cat/more ${seed}.png`, smallPng(100 + seed)])),
    );
    await open();
    const target = path.join(folder, `copied-${tests}`);
    cpSync(root, target, { recursive: true });
    rmSync(root, { recursive: true });
    writeFileSync(path.join(target, 'cat/1.png'), await smallPng(99));
    expect((await open(target)).indexed).toMatchObject({ movedFrom: root, changes: { ...nothing, changed: 1 } });
  });

  it('goes back to where it lay', async () => {
    await open();
    const id = idOf();
    const target = moveTo('there');
    await open(target);
    renameSync(target, root);
    expect((await open()).indexed).toMatchObject({ dataset: id, movedFrom: target });
    expect((await open(target)).root).toBe(root);
  });

  it('is another one while the first is still there', async () => {
    await open();
    const target = path.join(folder, `copy-${tests}`);
    cpSync(root, target, { recursive: true });
    expect((await open(target)).indexed).toMatchObject({ movedFrom: null, changes: null });
    expect(idOf(target)).not.toBe(idOf());
  });

  it('is another one where most of its images are others', async () => {
    await open();
    const target = moveTo('others');
    await writeFiles(target, Object.fromEntries(PHOTOS.slice(1).map((name, seed) => [name, smallPng(50 + seed)])));
    expect((await open(target)).indexed).toMatchObject({ movedFrom: null, changes: null });
  });

  it('is another one where it is but a part of what is there', async () => {
    await open();
    const target = moveTo('larger');
    const more = Array.from({ length: 8 }, (_, seed) => [`owl/${seed}.png`, smallPng(200 + seed)]);
    await writeFiles(target, Object.fromEntries(more) as Record<string, Promise<Uint8Array>>);
    expect((await open(target)).indexed).toMatchObject({ movedFrom: null, changes: null });
  });

  it('is missed with a hint to open it where it is', async () => {
    await open();
    moveTo('unknown');
    await expectError(() => open(), 'dataset.missing', 'where it is now');
  });
});

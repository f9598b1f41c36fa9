import { hash } from 'node:crypto';
import { copyFileSync, cpSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeStep, readEdits, redoStep, undoStep } from '../../../../src/engine/dataset/edits/edit-steps.ts';
import { openDatasetIndex, type DatasetIndex } from '../../../../src/engine/dataset/index/dataset-index.ts';
import { knownDataset } from '../../../../src/engine/dataset/index/indexed-dataset.ts';
import { readContent } from '../../../../src/engine/dataset/read-content.ts';
import type { DatasetChange } from '../../../../src/shared/contract/dataset-edits.ts';
import { smallPng, writeFiles } from '../../../support/pattern-image.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const folder = temporaryFolder();
let tests = 0;
let root = '';
let index: DatasetIndex;

beforeEach(async () => {
  root = path.join(folder, `photos-${(tests += 1)}`);
  const names = ['cat/1', 'cat/2', 'cat/3', 'cat/4', 'dog/1', 'dog/2', 'dog/3'];
  await writeFiles(root, Object.fromEntries(names.map((name, seed) => [`${name}.png`, smallPng(seed)])));
  index = openDatasetIndex(path.join(folder, `home-${tests}`));
  await readContent(root, { index });
});
afterEach(() => index.close());

const at = (name: string): string => path.join(root, `${name}.png`);
const away = (): string => path.join(folder, `away-${tests}.png`);
const move = (from: string, to: string): void => renameSync(at(from), at(to));
const scan = (): Promise<unknown> => readContent(root, { index });
const idOf = (): number => knownDataset(index, root) ?? expect.fail('The dataset is not known.');

function decide(change: DatasetChange, ...names: readonly string[]): void {
  const images = names.map((name) => {
    return { path: `${name}.png`, className: null, contentHash: hash('sha256', readFileSync(at(name))) };
  });
  makeStep(index, idOf(), { images, change }, () => undefined);
}
const exclude = (...names: readonly string[]): void => decide({ kind: 'exclude', excluded: true }, ...names);
const tag = (name: string): void => decide({ kind: 'tag', tag: 'odd', on: true }, name);
const excluded = (name: string): unknown => ({ path: `${name}.png`, excluded: true });
const tagged = (name: string): unknown => ({ path: `${name}.png`, tags: ['odd'] });
const edits = (): unknown => [...readEdits(index, idOf()).edits.values()];

describe('what was decided of images', () => {
  it('follows two that change places, with what is undone and made again', async () => {
    exclude('cat/1');
    tag('cat/2');
    exclude('cat/1', 'cat/2');
    move('cat/1', 'cat/x');
    move('cat/2', 'cat/1');
    move('cat/x', 'cat/2');
    await scan();
    expect(edits()).toEqual([{ ...(tagged('cat/1') as object), excluded: true }, excluded('cat/2')]);
    undoStep(index, idOf());
    expect(edits()).toEqual([tagged('cat/1'), excluded('cat/2')]);
    undoStep(index, idOf());
    expect(edits()).toEqual([excluded('cat/2')]);
    redoStep(index, idOf());
    redoStep(index, idOf());
    expect(edits()).toEqual([{ ...(tagged('cat/1') as object), excluded: true }, excluded('cat/2')]);
  });

  it('follows those that are numbered anew, and is of none of them where its own went, until that is back', async () => {
    exclude('cat/1');
    tag('cat/3');
    renameSync(at('cat/1'), away());
    move('cat/2', 'cat/1');
    move('cat/3', 'cat/2');
    move('cat/4', 'cat/3');
    await scan();
    expect(edits()).toEqual([tagged('cat/2')]);
    renameSync(away(), at('cat/0'));
    await scan();
    expect(edits()).toEqual([excluded('cat/0'), tagged('cat/2')]);
    undoStep(index, idOf());
    undoStep(index, idOf());
    expect(edits()).toEqual([]);
  });

  it('can be decided anew of the image that took the place of one that went', async () => {
    exclude('cat/1');
    renameSync(at('cat/1'), away());
    move('cat/2', 'cat/1');
    await scan();
    tag('cat/1');
    renameSync(away(), at('cat/back'));
    await scan();
    expect(edits()).toEqual([tagged('cat/1'), excluded('cat/back')]);
  });

  it('stays with an image that was saved anew in its place, and follows that one then', async () => {
    exclude('cat/1');
    writeFileSync(at('cat/1'), await smallPng(90));
    await scan();
    expect(edits()).toEqual([excluded('cat/1')]);
    move('cat/1', 'dog/9');
    await scan();
    expect(edits()).toEqual([excluded('dog/9')]);
  });

  it('goes to where its image was moved though another one came in its place', async () => {
    exclude('cat/1');
    move('cat/1', 'cat/9');
    writeFileSync(at('cat/1'), await smallPng(91));
    await scan();
    expect(edits()).toEqual([excluded('cat/9')]);
  });

  it('goes to a copy that came later, once the first is removed', async () => {
    exclude('cat/1', 'cat/2');
    cpSync(path.join(root, 'cat'), path.join(root, 'owl'), { recursive: true });
    await scan();
    expect(edits()).toEqual([excluded('cat/1'), excluded('cat/2')]);
    rmSync(path.join(root, 'cat'), { recursive: true });
    await scan();
    expect(edits()).toEqual([excluded('owl/1'), excluded('owl/2')]);
  });

  it('does not go to a copy that was there when it was decided, as where duplicates are mended and then removed', async () => {
    copyFileSync(at('cat/1'), at('cat/same'));
    await scan();
    exclude('cat/same');
    rmSync(at('cat/same'));
    await scan();
    expect(edits()).toEqual([excluded('cat/same')]);
  });
});

import path from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { datasetHealth } from '../../src/shared/contract/dataset-health.ts';
import { smallPng, writeFiles } from '../support/pattern-image.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { thaw, type CommandResult } from '../support/thaw-command.ts';

const root = temporaryFolder();

function inspect(...parameters: string[]): Promise<CommandResult> {
  return thaw(['dataset', 'inspect', ...parameters], { home: path.join(root, 'home'), cwd: root });
}

beforeAll(async () => {
  await writeFiles(path.join(root, 'photos'), {
    'train/cat/1.png': smallPng(1),
    'train/cat/2.png': smallPng(2),
    'train/dog/1.png': smallPng(3),
    'val/dog/1.png': smallPng(3),
    'val/cat/note.txt': 'no image',
  });
  await writeFiles(path.join(root, 'named'), {
    'red-cat-1.png': smallPng(1),
    'red-dog-2.png': smallPng(2),
    'blue-cat-3.png': smallPng(3),
    'blue-dog-4.png': smallPng(4),
  });
});

it('thaw dataset inspect says how a folder is laid out, what is in it and what is wrong with it', async () => {
  const { code, stdout } = await inspect('photos');
  expect(code).toBe(0);
  expect(stdout).toContain('photos: Folders train and val, with a folder for each class.');
  expect(stdout).toMatch(/ {2}cat +2 +0 +0\n {2}dog +1 +1 +0\n/);
  expect(stdout).toContain('PROBLEM: 1 image is in several splits');
  expect(stdout).toContain('16 x 12');
  expect(stdout).toContain('skipped val/cat/note.txt');
});

it('prints it as JSON, in the layout that is asked for', async () => {
  const read = async (...flags: string[]) =>
    datasetHealth.parse(JSON.parse((await inspect('named', '--json', ...flags)).stdout));
  const found = await read();
  expect(found.structure).toMatchObject({ structure: { pattern: '{class}-*' }, recognised: true });
  expect(found.classes.map(({ name }) => name)).toEqual(['blue', 'red']);
  const asked = await read('--name-pattern', '*-{class}-#');
  expect(asked.structure.recognised).toBe(false);
  expect(asked.classes.map(({ name }) => name)).toEqual(['cat', 'dog']);
});

it('reads a manifest by the columns that are named', async () => {
  const rows = ['picture,vogel,maker,part', '1.png,Spatz,x,train', '2.png,Amsel,y,train', '3.png,Amsel,x,val'];
  await writeFiles(path.join(root, 'table'), {
    '1.png': smallPng(1),
    '2.png': smallPng(2),
    '3.png': smallPng(3),
    'birds.csv': `${rows.join('\n')}\n`,
  });
  const columns = ['--path-column', 'picture', '--label-column', 'vogel', '--split-column', 'part'];
  const { stdout } = await inspect('table', '--json', '--manifest', 'birds.csv', ...columns);
  const { structure, classes } = datasetHealth.parse(JSON.parse(stdout));
  expect(structure.structure).toEqual({
    kind: 'manifest',
    file: 'birds.csv',
    columns: { path: 'picture', label: 'vogel', split: 'part' },
  });
  expect(structure.words).toContain("paths in 'picture', classes in 'vogel', splits in 'part'");
  expect(classes.map(({ name }) => name)).toEqual(['Amsel', 'Spatz']);
  const wrong = await inspect('table', '--manifest', 'birds.csv', '--path-column', 'picture', '--label-column', 'bird');
  expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining("birds.csv has no 'bird': it has 'picture'")]);
  const alone = await inspect('table', '--label-column', 'vogel');
  expect([alone.code, alone.stderr]).toEqual([2, expect.stringContaining('without --manifest')]);
});

it('ends with what is wrong with a folder or a layout, and what to do', async () => {
  const missing = await inspect('nowhere');
  expect([missing.code, missing.stderr]).toEqual([1, expect.stringContaining('nothing of that name exists')]);
  const pattern = await inspect('named', '--name-pattern', '*');
  expect([pattern.code, pattern.stderr]).toEqual([2, expect.stringContaining('found no {class}')]);
  const both = await inspect('named', '--name-pattern', '{class}', '--structure', 'idx');
  expect(both.code).toBe(2);
  const nothing = await inspect('--structure', 'idx');
  expect([nothing.code, nothing.stderr]).toEqual([2, expect.stringContaining('how the folder is laid out')]);
});

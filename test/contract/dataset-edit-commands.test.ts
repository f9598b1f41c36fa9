import path from 'node:path';
import { expect, it } from 'vitest';
import { datasetEdits } from '../../src/shared/contract/dataset-edits.ts';
import { decideImages } from '../support/decide-images.ts';
import { smallPng, writeFiles } from '../support/pattern-image.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { thaw, type CommandResult } from '../support/thaw-command.ts';

const root = temporaryFolder();

/** A workspace of its own, and in it a folder with a copy of a validation image among those that train. */
async function begin(name: string) {
  const home = path.join(root, name, 'home');
  const folder = path.join(root, name, 'photos');
  const files = ['train/cat', 'train/dog', 'val/cat', 'val/dog'].flatMap((of, place) =>
    Array.from({ length: 4 }, (_, index) => [`${of}/${index}.png`, smallPng(place * 400 + index * 50)] as const),
  );
  await writeFiles(folder, { ...Object.fromEntries(files), 'train/dog/copy.png': smallPng(1200) });
  const command = (...parameters: string[]): Promise<CommandResult> =>
    thaw(['dataset', ...parameters], { home, cwd: path.dirname(folder) });
  return { home, folder, command };
}

it('thaw dataset edits lists what was decided of a folder; undo takes it back, and redo makes it again', async () => {
  const { folder, command, ...place } = await begin('edits');
  expect((await command('edits', 'photos')).stdout).toBe(`${folder}: nothing was decided of its images\n`);
  const workspace = { ...place, folder };
  await decideImages(workspace, { kind: 'class', className: 'dog' }, 'train/cat/0.png', 'train/cat/1.png');
  await decideImages(workspace, { kind: 'exclude', excluded: true }, 'train/cat/2.png');
  const { stdout } = await command('edits', 'photos');
  expect(stdout).toContain(`${folder}: 2 images relabelled, 1 excluded\n`);
  expect(stdout).toMatch(/ {2}train\/cat\/0\.png +class dog\n/);
  expect(stdout).toContain('would take back: Exclude 1 image');
  const json = await command('edits', 'photos', '--json');
  expect(datasetEdits.parse(JSON.parse(json.stdout)).edits).toHaveLength(3);
  const undone = await command('undo', 'photos');
  expect(undone.stdout).toBe('Taken back: Exclude 1 image.\nNow: 2 images relabelled.\n');
  expect((await command('redo', 'photos')).stdout).toContain('Made again: Exclude 1 image.');
  const inspected = await command('inspect', 'photos');
  expect(inspected.stdout).toContain('edits: 2 images relabelled, 1 excluded');
  expect(inspected.stdout).toMatch(/ {2}cat +1 +4 +0\n/);
});

it('thaw dataset mend leaves out what is found, and says where there is nothing to mend', async () => {
  const { command } = await begin('mend');
  const mended = await command('mend', 'photos', 'leaks');
  expect(mended).toMatchObject({ code: 0, stdout: 'Exclude 1 copy from training: done.\nNow: 1 image excluded.\n' });
  expect((await command('edits', 'photos')).stdout).toMatch(/train\/dog\/copy\.png +excluded\n/);
  const again = await command('mend', 'photos', 'leaks');
  expect(again).toMatchObject({ code: 2, stdout: '' });
  expect(again.stderr).toContain('nothing left');
  expect((await command('mend', 'photos', 'tiny')).code).toBe(2);
});

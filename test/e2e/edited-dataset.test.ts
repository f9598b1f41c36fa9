import { copyFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { runDetail, type RunDetail } from '../../src/shared/contract/run.ts';
import { decideImages } from '../support/decide-images.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { thaw, type CommandResult } from '../support/thaw-command.ts';
import { writeTinyDataset } from '../support/tiny-dataset.ts';

const root = temporaryFolder();
const workspace = { home: path.join(root, 'home'), folder: path.join(root, 'photos') };

const command = (...parameters: string[]): Promise<CommandResult> =>
  thaw(parameters, { home: workspace.home, cwd: root });

async function train(): Promise<{ readonly lines: string[]; readonly detail: RunDetail }> {
  const flags = ['--network', 'mobilenet_v1_0.25_32', '--strategy', 'scratch', '--epochs', '1', '--batch', '5'];
  const { code, stdout, stderr } = await command('train', '--dataset', 'photos', ...flags);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  const [newest] = JSON.parse((await command('runs', 'list', '--json')).stdout) as { runId: string }[];
  const shown = await command('runs', 'show', newest?.runId ?? '', '--json');
  return { lines: stdout.split('\n'), detail: runDetail.parse(JSON.parse(shown.stdout)) };
}

it('training uses what was decided of a folder, says so first, and records the version that it used', async () => {
  await writeTinyDataset(workspace.folder, { train: 5, val: 3 });
  const copy = path.join(workspace.folder, 'train/fine/copy.png');
  copyFileSync(path.join(workspace.folder, 'val/fine/000.png'), copy);
  const plain = await train();
  expect(plain.lines[0]).not.toContain('relabelled');
  expect(plain.lines.join('\n')).toContain('1 training image is a copy of images that validate or test');
  expect(plain.detail.result.dataset).toMatchObject({ train: 11, validation: 6 });

  await decideImages(workspace, { kind: 'class', className: 'fine' }, 'train/broad/000.png', 'train/broad/001.png');
  await decideImages(workspace, { kind: 'exclude', excluded: true }, 'train/fine/copy.png');
  const edited = await train();
  expect(edited.lines[0]).toMatch(/; 2 images relabelled, 1 excluded$/);
  expect(edited.lines.join('\n')).not.toContain('copy of images');
  expect(edited.detail.result.dataset).toMatchObject({ train: 10, validation: 6 });
  const version = edited.detail.result.dataset?.version ?? '';
  expect(version).not.toBe(plain.detail.result.dataset?.version);
  const { stdout } = await command('runs', 'show', edited.detail.summary.runId);
  expect(stdout).toMatch(new RegExp(`dataset version +${version.slice(0, 16)}\n`));
});

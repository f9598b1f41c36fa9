import { readdirSync, readFileSync, renameSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { createService } from '../../src/engine/service/create-service.ts';
import { runResult } from '../../src/shared/contract/run.ts';
import { decideImages } from '../support/decide-images.ts';
import { expectError } from '../support/expect-error.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { thaw, type CommandResult } from '../support/thaw-command.ts';
import { writeTinyDataset } from '../support/tiny-dataset.ts';

const root = temporaryFolder();
const home = path.join(root, 'home');
/** Of a class and of the folder: both may stand in every part of the page. */
const ATTACK = `<img src=x onerror=alert(1)>"'&`;
const ESCAPED = '&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;';
const folder = path.join(root, ATTACK);
let runId = '';

const command = (...parameters: string[]): Promise<CommandResult> => thaw(parameters, { home, cwd: root });

/** The page as it is, without how its lines are broken. */
async function page(): Promise<string> {
  const file = path.join(root, 'report.html');
  const { code, stderr } = await command('runs', 'report', runId, '--out', file);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return readFileSync(file, 'utf8')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/(?<=>) | (?=<)/g, '');
}

beforeAll(async () => {
  await writeTinyDataset(folder, { train: 6, val: 4 });
  for (const split of ['train', 'val']) renameSync(path.join(folder, split, 'broad'), path.join(folder, split, ATTACK));
  await decideImages({ home, folder }, { kind: 'class', className: 'fine' }, `train/${ATTACK}/000.png`);
  await decideImages({ home, folder }, { kind: 'exclude', excluded: true }, 'train/fine/001.png');
  const flags = ['--gradual-unfreezing', '1', '--epochs', '2', '--batch', '4', '--lr', '0.01'];
  const { code, stdout, stderr } = await command('train', '--dataset', folder, ...flags, '--json');
  expect({ code, stderr }).toMatchObject({ code: 0 });
  ({ runId } = runResult.parse(JSON.parse(stdout)));
});

describe('the report of a run in stages', () => {
  it('has its stages, its images by class, what was decided of them, and where the network looked', async () => {
    const found = await page();
    expect(found).not.toMatch(/<img src=x|onerror='|<script/);
    expect(found.split(ESCAPED).length).toBeGreaterThan(10);
    // One part a stage in each of the charts, and a rule where the second begins.
    expect(found.match(/<path class="rule"/g)).toHaveLength(3);
    expect(found.match(/<text class="part"[^>]*>head<\/text>/g)).toHaveLength(3);
    expect(found).toMatch(/<th scope="row"><bdi>head<\/bdi><\/th><td>features<\/td><td class="number">1 – 2<\/td>/);
    expect(found).toContain('1 image relabelled, 1 excluded');
    const counted = (name: string, train: number): RegExp =>
      new RegExp(
        `<bdi>${name}</bdi></th><td class="bars".*?</td><td class="number">${train}</td><td class="number">4<`,
      );
    expect(found).toMatch(counted('fine', 6));
    expect(found.replaceAll(ESCAPED, 'attack')).toMatch(counted('attack', 5));
    // A mask a stage: the second one thaws more.
    const masks = [...found.matchAll(/aria-label="(\d+) of \d+ layers with weights are frozen/g)].map(([, frozen]) =>
      Number(frozen),
    );
    expect(masks).toHaveLength(2);
    expect(masks[0]).toBeGreaterThan(masks[1] ?? NaN);
    // Eight of the validation's images: a picture and a heat-map of each, and of those that were right a picture.
    const heats = found.match(/<img src="data:image\/jpeg;base64,[^"]+" alt="Where the network looked for /g) ?? [];
    expect(heats).toHaveLength(8);
    expect(new Set(heats).size).toBeGreaterThan(1);
  });

  it('is ended when asked to, and leaves nothing behind', async () => {
    const service = createService({ home, cache: path.join(root, 'cache') });
    const output = { kind: 'file', path: path.join(root, 'cancelled.html') } as const;
    try {
      const { transport } = service;
      transport.subscribe('task', ({ taskId, detail }) => {
        if (detail === 'heat-maps') void transport.invoke('task.cancel', { taskId });
      });
      const written = (): Promise<unknown> =>
        transport.invoke('runs.report', { runIds: [runId], output, taskId: 'the report' });
      await expectError(written, 'task.cancelled', 'before it was done');
    } finally {
      await service.close();
    }
    expect(readdirSync(root).filter((name) => name.startsWith('cancelled'))).toEqual([]);
  });

  it('says what is missing where the images have gone', async () => {
    renameSync(folder, `${folder} elsewhere`);
    try {
      const found = await page();
      expect(found).toMatch(/Images cannot be counted by class: [^<]+/);
      expect(found).toContain('The image is no longer there.');
      expect(found).toContain('1 image relabelled, 1 excluded');
      expect(found).not.toContain('Where the network looked for');
    } finally {
      renameSync(`${folder} elsewhere`, folder);
    }
  });
});

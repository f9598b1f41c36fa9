import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { createService } from '../../src/engine/service/create-service.ts';
import { exportedModel, MODEL_FORMATS, type ExportedModel } from '../../src/shared/contract/model-export.ts';
import { runResult, type RunResult } from '../../src/shared/contract/run.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { thaw, type CommandResult } from '../support/thaw-command.ts';
import { writeTinyDataset } from '../support/tiny-dataset.ts';

const root = temporaryFolder();
const home = path.join(root, 'home');
const out = path.join(root, 'out');

const command = (...parameters: readonly string[]): Promise<CommandResult> => thaw(parameters, { home, cwd: root });

async function json(...parameters: readonly string[]): Promise<unknown> {
  const { code, stdout, stderr } = await command(...parameters, '--json');
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return JSON.parse(stdout);
}

/** Names of what has to be there, whatever the format. */
const COMMON = ['MODEL_CARD.md', 'classes.json', 'labels.txt', 'predict.py', 'preprocessing.json', 'reference.npz'];

/** A run of each head, of a network that PyTorch has too, so that every format takes it. */
const runs = new Map<string, RunResult>();

beforeAll(async () => {
  mkdirSync(out);
  await writeTinyDataset(path.join(root, 'stripes'), { train: 6, val: 3 });
  const plan = [
    '--network',
    'mobilenet_v1_leaky_0.25_32@torch',
    '--dataset',
    'stripes',
    '--strategy',
    'scratch',
    '--epochs',
    '1',
  ];
  for (const head of ['softmax', 'sigmoid']) {
    runs.set(head, runResult.parse(await json('train', ...plan, '--head', head)));
  }
});

function runOf(head: string): RunResult {
  const run = runs.get(head);
  if (!run) throw new TypeError(`There is no run with the head '${head}'.`);
  return run;
}

async function exportTo(name: string, format: string, run: string): Promise<ExportedModel> {
  const folder = path.join(out, name);
  return exportedModel.parse(await json('export', '--run', run, '--format', format, '--out', folder));
}

describe('a run that is exported for other programs', () => {
  it.each(MODEL_FORMATS.flatMap((format) => ['softmax', 'sigmoid'].map((head) => [format, head] as const)))(
    'predicts the same as %s with a head of one %s, is whole, and tells where it comes from',
    async (format, head) => {
      const { runId } = runOf(head);
      const written = await exportTo(`${format}-${head}`, format, runId);
      expect(written).toMatchObject({ runId, format, warnings: [] });
      expect(written.selfTest).toMatchObject({ references: 6, drawn: 4, allowed: 1e-4 });
      if (written.selfTest.difference !== null) expect(written.selfTest.difference).toBeLessThanOrEqual(1e-4);
      const names = written.files.map(({ name }) => name);
      expect(names).toEqual(expect.arrayContaining(COMMON));
      for (const { name, bytes } of written.files) {
        expect(readFileSync(path.join(written.path, name)).length).toBe(bytes);
      }
      expect(JSON.parse(readFileSync(path.join(written.path, 'classes.json'), 'utf8'))).toEqual(['broad', 'fine']);
      const card = readFileSync(path.join(written.path, 'MODEL_CARD.md'), 'utf8');
      expect(card).toContain(runId);
      expect(card).not.toContain(root);
    },
  );

  it('is noted beside the run, leaves nothing else behind, and says what to do next', async () => {
    const { runId } = runOf('softmax');
    const folder = path.join(out, 'told');
    const { code, stdout } = await command('export', '--run', `${runId}@last`, '--format', 'pb', '--out', folder);
    expect(code).toBe(0);
    expect(stdout).toMatch(/Self-test: TensorFlow \S+ predicts 6 images of the validation and 4 drawn ones within/);
    expect(stdout).toContain('Next: python');
    expect(readdirSync(out).filter((name) => name.endsWith('.part'))).toEqual([]);
    const service = createService({ home, cache: path.join(root, 'cache') });
    const { exports } = await service.transport.invoke('runs.files', { runId }).finally(() => service.close());
    expect(exports).toContainEqual(expect.objectContaining({ format: 'pb', path: folder, exists: true }));
  });

  it('is tested with what is left of the validation, and says so', async () => {
    await writeTinyDataset(path.join(root, 'changing'), { train: 6, val: 3 });
    const plan = [
      '--network',
      'mobilenet_v1_0.25_32',
      '--dataset',
      'changing',
      '--strategy',
      'scratch',
      '--epochs',
      '1',
    ];
    const run = runResult.parse(await json('train', ...plan));
    writeFileSync(path.join(root, 'changing/val/fine/000.png'), 'no image any more');
    const written = await exportTo('changed', 'pb', run.runId);
    expect(written.selfTest).toMatchObject({ references: 5, drawn: 4 });
    expect(written.warnings).toEqual([expect.stringContaining('1 of 6 images of the validation')]);
  });
});

describe('an export that cannot be made', () => {
  const used = path.join(out, 'used');

  it.each([
    ['a folder that is not empty', () => ['--run', runOf('softmax').runId, '--out', used], 'is not empty', 2],
    ['a file', () => ['--run', runOf('softmax').runId, '--out', path.join(used, 'mine.txt')], 'is a file', 2],
    ['a folder in none', () => ['--run', runOf('softmax').runId, '--out', path.join(out, 'none/of')], 'there is no', 2],
    ['a run that is not there', () => ['--run', 'nobody', '--out', path.join(out, 'fresh')], 'nobody', 1],
  ])('says so for %s, and writes nothing', async (_, parameters, told, exit) => {
    mkdirSync(used, { recursive: true });
    writeFileSync(path.join(used, 'mine.txt'), 'mine');
    const before = readdirSync(out);
    const { code, stderr } = await command('export', '--format', 'pb', ...parameters());
    expect({ code, stderr }).toMatchObject({ code: exit, stderr: expect.stringContaining(told) as string });
    expect(readdirSync(out)).toEqual(before);
    expect(readFileSync(path.join(used, 'mine.txt'), 'utf8')).toBe('mine');
  });
});

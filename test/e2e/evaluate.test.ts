import { copyFileSync, cpSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  evaluationReport,
  storedEvaluation,
  type EvaluationReport,
  type StoredEvaluation,
} from '../../src/shared/contract/evaluate.ts';
import { runResult } from '../../src/shared/contract/run.ts';
import { decideImages } from '../support/decide-images.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { thaw, type CommandResult } from '../support/thaw-command.ts';
import { writeTinyDataset } from '../support/tiny-dataset.ts';

const root = temporaryFolder();
const home = path.join(root, 'home');
const stripes = path.join(root, 'stripes');
let runId = '';
let own: EvaluationReport | null = null;
let trained = { val_accuracy: NaN, val_loss: NaN };

const command = (...parameters: string[]): Promise<CommandResult> => thaw(parameters, { home, cwd: root });

async function listed(): Promise<StoredEvaluation[]> {
  const { stdout } = await command('evaluate', '--run', runId, '--list', '--json');
  return storedEvaluation.array().parse(JSON.parse(stdout));
}

async function evaluated(...parameters: string[]): Promise<EvaluationReport> {
  const { code, stdout, stderr } = await command('evaluate', ...parameters, '--json');
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return evaluationReport.parse(JSON.parse(stdout));
}

beforeAll(async () => {
  await writeTinyDataset(stripes, { train: 8, val: 6, test: 3 });
  const flags = ['--strategy', 'features', '--epochs', '3', '--batch', '4'];
  const { code, stdout, stderr } = await command('train', '--dataset', 'stripes', ...flags, '--json');
  expect({ code, stderr }).toMatchObject({ code: 0 });
  const result = runResult.parse(JSON.parse(stdout));
  runId = result.runId;
  const best = result.history.find(({ epoch }) => epoch === result.bestEpoch) ?? result.history[0];
  trained = { val_accuracy: best?.val_accuracy ?? NaN, val_loss: best?.val_loss ?? NaN };
});

describe('thaw evaluate', () => {
  it('finds of the best checkpoint what the run found of its validation, which it lists before', async () => {
    expect((await listed()).map(({ split }) => split).sort()).toEqual(['test', 'validation']);
    const report = await evaluated('--run', runId);
    expect(report).toMatchObject({ split: 'validation', images: 12, kept: true, warnings: [] });
    expect(report.accuracy).toBeCloseTo(trained.val_accuracy, 6);
    expect(report.loss).toBeCloseTo(trained.val_loss, 4);
    expect(report.slices.find(({ by }) => by === 'size')).toMatchObject({ name: '32–64 px', images: 12 });
    own = report;
    // In its place, not beside it.
    expect(await listed()).toHaveLength(2);
  });

  it('prints all of it for people, of the last checkpoint on what was trained on', async () => {
    const { code, stdout } = await command('evaluate', '--run', `${runId}@last`, '--split', 'train');
    expect(code).toBe(0);
    expect(stdout).toContain('on its train split: 16 images');
    for (const part of [/^accuracy +[01]\.\d+ +95 %: /m, /^Classes$/m, /^ +broad +8 +/m, /^ +weighted +/m]) {
      expect(stdout).toMatch(part);
    }
    expect(stdout).toMatch(/^Calibration\n {2}ECE [01]\.\d+, log loss /m);
    expect(stdout).toMatch(/^Largest losses\n {2}train\/(?:broad|fine)\/\d+\.png /m);
    expect(stdout).toMatch(/^ {2}train\/broad +8 +[01]\.\d+/m);
  });

  it('matches the classes of another folder by name, and tells what it leaves out', async () => {
    const folder = path.join(root, 'others');
    // Alphabetically the classes stand the other way round with a third before them.
    for (const [name, from] of [
      ['fine', 'fine'],
      ['broad', 'broad'],
      ['aardvark', 'fine'],
    ] as const) {
      cpSync(path.join(stripes, 'val', from), path.join(folder, name), { recursive: true });
    }
    for (const name of readdirSync(path.join(folder, 'aardvark')).slice(2)) rmSync(path.join(folder, 'aardvark', name));
    copyFileSync(path.join(stripes, 'val/fine/000.png'), path.join(folder, 'loose.png'));
    const broken = path.join(folder, 'fine/broken.png');
    writeFileSync(broken, readFileSync(path.join(stripes, 'val/fine/001.png')).subarray(0, 400));
    const report = await evaluated('--run', runId, '--dataset', 'others');
    expect(report).toMatchObject({ split: null, images: 12, confusion: own?.confusion, accuracy: own?.accuracy });
    expect(report.loss).toBeCloseTo(own?.loss ?? NaN, 6);
    expect(report.leftOut).toMatchObject({
      unlabelled: 1,
      unknownClass: [{ name: 'aardvark', images: 2 }],
      unreadable: [{ path: 'fine/broken.png' }],
    });
    expect(report.warnings.join('\n')).toMatch(
      /'aardvark'.*left out\.\n1 image without a label.*\n1 image that cannot/,
    );
  });

  it('warns of a class that the folder has no images of', async () => {
    const folder = path.join(root, 'one-class');
    cpSync(path.join(stripes, 'val/fine'), path.join(folder, 'fine'), { recursive: true });
    const report = await evaluated('--run', runId, '--dataset', 'one-class');
    expect(report.images).toBe(6);
    expect(report.classes.map(({ rocAuc }) => rocAuc)).toEqual([null, null]);
    expect(report.warnings).toEqual([expect.stringContaining("No image is of the class 'broad'")]);
  });

  it('refuses a folder of which nothing is left, and what is no run or checkpoint', async () => {
    mkdirSync(path.join(root, 'strangers'));
    for (const name of ['ants', 'bees']) {
      cpSync(path.join(stripes, 'val/fine'), path.join(root, 'strangers', name), { recursive: true });
    }
    const strangers = await command('evaluate', '--run', runId, '--dataset', 'strangers', '--json');
    expect(strangers.code).toBe(1);
    const told = JSON.parse(strangers.stdout) as { error: { code: string; message: string } };
    expect(told.error).toMatchObject({ code: 'dataset.images' });
    expect(told.error.message).toContain("12 of classes that the run does not know ('ants', 'bees')");
    expect((await command('evaluate', '--run', `${runId}@7777`)).code).toBe(1);
    expect((await command('evaluate', '--run', 'no-such-run')).code).toBe(1);
    expect((await command('evaluate', '--run', runId, '--split', 'test', '--dataset', 'others')).code).toBe(2);
  });

  it('takes the run’s split as it was decided when the run began, and warns of a dataset that has changed', async () => {
    // Decided since: the run's own images stay as they were.
    await decideImages({ home, folder: stripes }, { kind: 'exclude', excluded: true }, 'val/fine/005.png');
    expect(await evaluated('--run', runId)).toMatchObject({ images: 12, warnings: [] });
    renameSync(path.join(stripes, 'val/broad/005.png'), path.join(root, 'gone.png'));
    const report = await evaluated('--run', runId);
    expect(report).toMatchObject({ split: 'validation', images: 11 });
    expect(report.warnings).toEqual([
      expect.stringContaining('of the 12 images of its validation 1 are no longer in it.'),
    ]);
    // What the run found itself stands beside it.
    const ofValidation = await listed();
    expect(ofValidation.filter(({ split }) => split === 'validation').map(({ images }) => images)).toEqual([11, 12]);
    // Without the folder the split is drawn of what was trained on.
    rmSync(path.join(stripes, 'val'), { recursive: true });
    const drawn = await evaluated('--run', runId);
    expect(drawn.warnings.join()).toMatch(/12 are no longer in it, and \d+ that now are may be ones it was trained on/);
    expect(await listed()).toContainEqual(ofValidation.at(-1));
    const files = readdirSync(path.join(home, 'runs', runId, 'evaluation'));
    expect(files).toHaveLength((await listed()).length);
  });
});

import { rename } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { predictResult } from '../../src/shared/contract/endpoint.ts';
import { runDetail, runResult, type RunResult } from '../../src/shared/contract/run.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { thaw, type CommandResult } from '../support/thaw-command.ts';
import { writeTinyDataset } from '../support/tiny-dataset.ts';

const root = temporaryFolder();
const home = path.join(root, 'home');

beforeAll(async () => {
  await writeTinyDataset(path.join(root, 'stripes'), { train: 6, val: 3, test: 2 });
});

function command(...parameters: string[]): Promise<CommandResult> {
  return thaw(parameters, { home, cwd: root });
}

async function train(...parameters: string[]): Promise<RunResult> {
  const { code, stdout, stderr } = await command(
    'train',
    '--dataset',
    'stripes',
    '--batch',
    '6',
    '--json',
    ...parameters,
  );
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return runResult.parse(JSON.parse(stdout));
}

/** From scratch no weights are needed; the base is frozen as it was drawn. */
const FROZEN_BASE = ['--strategy', 'scratch', '--freeze', '/./', '--thaw', 'head', '--epochs', '2'];

describe('one sigmoid unit above a frozen base', () => {
  it.each([
    { network: 'inception_v3_75', trainable: 2049, frozen: 21_802_784, tensors: 376 },
    { network: 'resnet50_32', trainable: 2049, frozen: 23_587_712, tensors: 318 },
    { network: 'mobilenet_v2_0.35_32', trainable: 1281, frozen: 410_208, tensors: 260 },
    { network: 'vgg16_32', trainable: 513, frozen: 14_714_688, tensors: 26 },
    { network: 'mobilenet_v3_small_1.0_32', trainable: 577, frozen: 939_120, tensors: 206 },
    { network: 'efficientnet_b0_32', trainable: 1281, frozen: 4_049_564, tensors: 309 },
  ])(
    '$network trains $trainable parameters, keeps the others to the bit, and predicts',
    async ({ network, trainable, frozen, tensors }) => {
      const result = await train('--network', network, '--head', 'sigmoid', ...FROZEN_BASE);
      expect(result).toMatchObject({
        status: 'finished',
        parameters: { trainable, frozen },
        frozenUnchanged: true,
        frozenTensors: tensors,
        warnings: [],
      });
      expect(result.history.every(({ loss, val_loss }) => Number.isFinite(loss) && Number.isFinite(val_loss))).toBe(
        true,
      );
      const detail = runDetail.parse(JSON.parse((await command('runs', 'show', result.runId, '--json')).stdout));
      expect(detail.plan).toMatchObject({ network, head: 'sigmoid' });

      const images = ['broad', 'fine'].map((name) => `stripes/test/${name}/000.png`);
      const predicted = await command('predict', '--run', result.runId, '--json', ...images);
      const { predictions } = predictResult.parse(JSON.parse(predicted.stdout));
      for (const { classes } of predictions) {
        expect(classes.map(({ name }) => name).sort()).toEqual(['broad', 'fine']);
        expect(classes.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 5);
      }
    },
  );
});

describe('a boundary anywhere', () => {
  it.each([
    // Within the block whose channels are being weighed, above which all trains.
    { network: 'mobilenet_v3_small_1.0_32', rules: ['--freeze', '/./', '--thaw', 'from:expanded_conv_8/squeeze_excite/Conv'] }, // prettier-ignore
    { network: 'efficientnet_b0_32', rules: ['--freeze', '/./', '--thaw', 'from:block6b_se_reduce'] },
    { network: 'efficientnet_b0_32', rules: ['--freeze', 'block4b'] },
  ])('$network trains above $rules, and keeps what is frozen', async ({ network, rules }) => {
    const scratch = ['--network', network, '--strategy', 'scratch', '--epochs', '2'];
    const result = await train(...scratch, ...rules);
    expect(result).toMatchObject({ status: 'finished', frozenUnchanged: true });
    expect(result.frozenTensors).toBeGreaterThan(0);
    expect(result.parameters?.trainable).toBeGreaterThan(10_000);
    expect(result.history.every(({ loss }) => Number.isFinite(loss))).toBe(true);
  });
});

describe('statistics of their own', () => {
  it.each([
    // 27 BatchNorms of two statistics each
    { what: 'kept while all else trains', rules: ['--freeze-statistics', '/./'], frozen: 54 },
    {
      what: 'moving while all but the head is frozen',
      rules: ['--freeze', '/./', '--thaw', 'head', '--thaw-statistics', '/./'],
      frozen: 135 - 54,
    },
  ])('$what leave $frozen tensors unchanged', async ({ rules, frozen }) => {
    const scratch = ['--network', 'mobilenet_v1_0.25_32', '--strategy', 'scratch', '--epochs', '2'];
    const result = await train(...scratch, ...rules);
    expect(result).toMatchObject({ status: 'finished', frozenUnchanged: true, frozenTensors: frozen });
  });
});

it('a sigmoid over three classes is refused before anything is trained', async () => {
  const three = await writeTinyDataset(path.join(root, 'three'), { train: 4, val: 2 });
  await writeTinyDataset(path.join(root, 'more'), { train: 4, val: 2 });
  for (const split of ['train', 'val']) {
    await rename(path.join(root, 'more', split, 'broad'), path.join(three, split, 'another'));
  }
  const { code, stderr } = await command('train', '--dataset', 'three', '--network', 'mobilenet_v1_0.25_32', '--head', 'sigmoid', '--strategy', 'scratch'); // prettier-ignore
  expect(code).not.toBe(0);
  expect(stderr).toContain('A sigmoid head tells two classes apart; this dataset has 3.');
});

import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { cp, rm } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { findPeerPython } from '../../bench/peer-python.ts';
import { readModelFile } from '../../src/engine/training/model-file.ts';
import { predictResult } from '../../src/shared/contract/endpoint.ts';
import { featuresResult } from '../../src/shared/contract/features.ts';
import { runDetail, runResult } from '../../src/shared/contract/run.ts';
import { smallDisk, whyNoSmallDisk } from '../support/small-disk.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { startThaw, thaw, type CommandResult } from '../support/thaw-command.ts';
import { writeTinyDataset } from '../support/tiny-dataset.ts';

const python = findPeerPython();
const refusal = whyNoSmallDisk();
const because = refusal === null ? '' : `, skipped: ${refusal}`;
const root = temporaryFolder();
const home = path.join(root, 'home');
const images = path.join(root, 'stripes');
const photo = path.join(root, 'photo.png');

beforeAll(async () => {
  await writeTinyDataset(images, { train: 12, val: 6, test: 4 });
  await cp(path.join(images, 'test/fine/001.png'), photo);
});

function command(...parameters: string[]): Promise<CommandResult> {
  return thaw(parameters, { home, cwd: root });
}

async function json(...parameters: string[]): Promise<unknown> {
  const { code, stdout, stderr } = await command(...parameters, '--json');
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return JSON.parse(stdout);
}

describe('features from the command line', () => {
  it('are taken once, trained on when the images are gone, and predict all the same', async () => {
    const written = featuresResult.parse(await json('features', '--dataset', 'stripes', '--out', 'stripes.npz'));
    expect(written).toMatchObject({ images: 44, labelled: 44, arrays: [{ name: 'features', shape: [256] }] });
    const onImages = runResult.parse(await json('train', '--dataset', 'stripes', '--epochs', '4'));
    await rm(images, { recursive: true });
    const result = runResult.parse(await json('train', '--features', 'stripes.npz', '--epochs', '4'));
    const losses = ({ history }: typeof result): number[] => history.flatMap(({ loss, val_loss }) => [loss, val_loss]);
    losses(result).forEach((loss, index) => expect(loss).toBeCloseTo(losses(onImages)[index] ?? NaN, 4));
    expect(result).toMatchObject({ status: 'finished', frozenUnchanged: true, frozenTensors: 135, warnings: [] });
    const { plan } = runDetail.parse(await json('runs', 'show', result.runId));
    expect(plan.dataset).toEqual({ kind: 'features', path: path.join(root, 'stripes.npz') });
    expect((await command('runs', 'show', result.runId)).stdout).toContain('stripes.npz');
    const { predictions } = predictResult.parse(await json('predict', '--run', result.runId, photo));
    expect(predictions[0]?.classes).toHaveLength(2);
  });

  it('of images that were prepared otherwise train a run that prepares its images so', async () => {
    const prepared = ['--mean', '0.2,0.3,0.4', '--std', '0.5,0.5,0.25', '--kernel', 'bicubic'];
    await json('features', '--out', 'prepared.npz', ...prepared);
    const result = runResult.parse(await json('train', '--features', 'prepared.npz', '--epochs', '2'));
    expect(result).toMatchObject({ status: 'finished', warnings: [] });
    const model = await readModelFile(path.join(home, 'runs', result.runId));
    expect(model.preprocessing).toMatchObject({ kernel: 'bicubic', offset: [-0.4, -0.6, -1.6] });
    const { predictions } = predictResult.parse(await json('predict', '--run', result.runId, photo));
    expect(predictions[0]?.classes).toHaveLength(2);
  });

  it('shows people what was written and what to do next', async () => {
    const { code, stdout, stderr } = await command('features', '--out', 'sample.npz', '--thaw', 'from:block_13');
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stdout).toMatch(/features +\[140, 3, 3, 256\] float32, the output of conv_pw_12_relu/);
    expect(stdout).toMatch(/images +140 of 2 classes/);
    expect(stdout).toContain('Next: thaw train --features sample.npz');
    expect(stderr).toContain('Computing features');
  });

  it('stop at Ctrl+C and leave no file', async () => {
    const features = startThaw(['features', '--out', 'stopped.npz', '--layer', 'conv1'], { home, cwd: root });
    await expect.poll(features.errors, { timeout: 60_000 }).toContain('Preparing');
    features.child.kill('SIGINT');
    const { code, stdout, stderr } = await features.done;
    expect(code).toBe(130);
    expect(stderr).toContain('Stopping');
    expect(stdout).toContain('no file was written');
    expect(existsSync(path.join(root, 'stopped.npz'))).toBe(false);
  });

  it.each([
    ['no file to write', 'features', 2, '--out'],
    ['features and a dataset', 'train --features a.npz --dataset b', 2, '--dataset'],
    ['features and augmentation', 'train --features a.npz --flip', 2, '--flip'],
    ['a file that is not there', 'train --features a.npz', 1, 'nothing of that name'],
  ] as const)('refuse %s', async (_, parameters, code, words) => {
    const refused = await command(...parameters.split(' '));
    expect([refused.code, refused.stdout]).toEqual([code, '']);
    expect(refused.stderr).toMatch(/^error: .*\nhint: .*\n$/);
    expect(refused.stderr).toContain(words);
  });

  it.skipIf(refusal !== null)(`say that there is no room for them, and leave nothing${because}`, async () => {
    const { folder } = smallDisk(path.join(root, 'small'), 'size=1m');
    const refused = await command('features', '--out', path.join(folder, 'a.npz'), '--layer', 'conv1');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(
      /error: A file needs room before it is begun; '.*small\/a\.npz' takes \d+\.\d MB, and 1\.0 MB are free there\.\nhint: .*elsewhere\.\n$/,
    );
    expect(refused.stderr).not.toContain('Computing features');
    expect(readdirSync(folder)).toEqual([]);
  });

  it.skipIf(python === null)('of others come from NumPy, where it is installed (scripts/peers)', async () => {
    const script = `
import numpy, sys
random = numpy.random.default_rng(1)
labels = random.integers(0, 3, 90)
features = numpy.eye(3)[labels] @ random.normal(size=(3, 40)) + 0.3 * random.normal(size=(90, 40))
numpy.savez_compressed(sys.argv[1], features=features, labels=numpy.array(['ant', 'bee', 'cat'])[labels])`;
    const { status, stderr } = spawnSync(python ?? '', ['-c', script, path.join(root, 'insects.npz')], {
      encoding: 'utf8',
    });
    expect({ status, stderr }).toMatchObject({ status: 0 });
    const result = runResult.parse(await json('train', '--features', 'insects.npz', '--epochs', '20'));
    expect(result).toMatchObject({ status: 'finished', bestValAccuracy: 1, frozenTensors: 0 });
    expect(result.dataset?.classes).toEqual(['ant', 'bee', 'cat']);
    expect((await command('runs', 'show', result.runId)).stdout).not.toContain('thaw predict');
    const { code, stderr: told } = await command('predict', '--run', result.runId, photo);
    expect([code, told]).toEqual([1, expect.stringContaining('knows no such network')]);
  });
});

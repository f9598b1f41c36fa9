import { readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { PredictResult } from '../../src/shared/contract/endpoint.ts';
import { runResult } from '../../src/shared/contract/run.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { thaw } from '../support/thaw-command.ts';
import { writeTinyDataset } from '../support/tiny-dataset.ts';

const root = temporaryFolder();
const home = path.join(root, 'home');
const IMAGE = 'stripes/val/fine/000.png';
const TOLERANCE = 0.05;

beforeAll(() => writeTinyDataset(path.join(root, 'stripes'), { train: 6, val: 3 }));

async function json<Document>(...parameters: readonly string[]): Promise<Document> {
  const { code, stdout, stderr } = await thaw([...parameters, '--json'], { home, cwd: root });
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return JSON.parse(stdout) as Document;
}

async function train(...parameters: readonly string[]): Promise<string> {
  const network = ['--network', 'mobilenet_v1_0.25_32', '--dataset', 'stripes', '--strategy', 'scratch'];
  return runResult.parse(await json('train', ...network, '--epochs', '3', ...parameters)).runId;
}

/** The probability of the first class by name. */
async function predicted(...parameters: readonly string[]): Promise<number> {
  const { predictions } = await json<PredictResult>('predict', ...parameters, IMAGE);
  return predictions[0]?.classes.find(({ name }) => name === 'broad')?.probability ?? NaN;
}

describe('a prediction', () => {
  it('is computed in the precision of its run, as a Keras model predicts in its policy', async () => {
    const runId = await train('--precision', 'bfloat16');
    const own = await predicted('--run', runId);
    const float32 = await predicted('--run', runId, '--precision', 'float32');
    expect(await predicted('--run', runId, '--precision', 'bfloat16')).toBe(own);
    expect(own).not.toBe(float32);
    expect(Math.abs(own - float32)).toBeLessThan(TOLERANCE);
  });

  it('is computed in float32 for a run that was, unless another precision is asked for', async () => {
    const runId = await train();
    const own = await predicted('--run', runId);
    expect(await predicted('--run', runId, '--precision', 'float32')).toBe(own);
    const bfloat16 = await predicted('--run', runId, '--precision', 'bfloat16');
    expect(bfloat16).not.toBe(own);
    expect(Math.abs(bfloat16 - own)).toBeLessThan(TOLERANCE);
  });

  it('is called unsure below a probability, on the screen, in JSON and in files', async () => {
    const runId = await train();
    const asked = ['predict', '--run', runId, IMAGE, '--unsure-below'];
    const screen = async (below: string): Promise<string> =>
      (await thaw([...asked, below], { home, cwd: root })).stdout.trim();
    expect(await screen('1')).toMatch(/ unsure$/);
    expect(await screen('0')).not.toMatch(/unsure/);
    expect(await json(...asked, '1')).toMatchObject({ unsureBelow: 1, predictions: [{ unsure: true }] });
    await json(...asked, '1', '--output', 'found.json');
    expect(JSON.parse(readFileSync(path.join(root, 'found.json'), 'utf8'))).toMatchObject({
      runId,
      predictions: [{ path: path.join(root, IMAGE), unsure: true, problem: null }],
    });
    await json(...asked, '0', '--csv', 'found.csv');
    const [head, row] = readFileSync(path.join(root, 'found.csv'), 'utf8').split('\r\n');
    expect(head).toBe('path,class_1,probability_1,class_2,probability_2,problem,unsure');
    expect(row).toMatch(/,,false$/);
    const twice = await thaw([...asked, '0', '--csv', 'a', '--output', 'b.json'], { home, cwd: root });
    expect(twice).toMatchObject({ code: 2, stderr: expect.stringContaining('one file') as string });
    const unknown = await thaw([...asked, '0', '--output', 'found.txt'], { home, cwd: root });
    expect(unknown).toMatchObject({ code: 2, stderr: expect.stringContaining('.csv or .json') as string });
  });
});

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
});

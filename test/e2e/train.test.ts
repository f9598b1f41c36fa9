import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { predictResult } from '../../src/shared/contract/endpoint.ts';
import { runDetail, runResult, type RunDetail, type RunResult } from '../../src/shared/contract/run.ts';
import { runRow } from '../../src/shared/contract/run-list.ts';
import { damage } from '../support/run-log.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { thaw, type CommandResult } from '../support/thaw-command.ts';
import { writeTinyDataset } from '../support/tiny-dataset.ts';

const root = temporaryFolder();
const home = path.join(root, 'home');
const NETWORK = ['--network', 'mobilenet_v1_0.25_32', '--dataset', 'photos/stripes', '--batch', '6'];

beforeAll(async () => {
  await writeTinyDataset(path.join(root, 'photos/stripes'), { train: 12, val: 6, test: 4 });
});

function command(...parameters: string[]): Promise<CommandResult> {
  return thaw(parameters, { home, cwd: root });
}

async function train(...parameters: string[]): Promise<RunResult> {
  const { code, stdout, stderr } = await command('train', ...NETWORK, '--json', ...parameters);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return runResult.parse(JSON.parse(stdout));
}

async function show(runId: string): Promise<RunDetail> {
  return runDetail.parse(JSON.parse((await command('runs', 'show', runId, '--json')).stdout));
}

describe('one run after the other', () => {
  let first: RunResult;

  it('trains, keeps everything in the log, and shows it again', async () => {
    first = await train('--strategy', 'scratch', '--epochs', '3', '--seed', '7');
    expect(first).toMatchObject({
      status: 'finished',
      weights: null,
      frozenUnchanged: true,
      frozenTensors: 0,
      dataset: { root: path.join(root, 'photos/stripes'), train: 24, validation: 12, test: 8, skipped: [] },
      warnings: [],
      error: null,
    });
    expect(first.history.map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
    expect(first.bestValAccuracy).toBe(Math.max(...first.history.map(({ val_accuracy }) => val_accuracy ?? NaN)));
    expect(first.finalValAccuracy).toBe(first.history.at(-1)?.val_accuracy);
    expect(Object.keys(first.timings)).toEqual(expect.arrayContaining(['prepare', 'train', 'evaluate', 'total']));
    expect(first.peakMemoryBytes).toBeGreaterThan(0);

    const listed = z.array(runRow).parse(JSON.parse((await command('runs', 'list', '--json')).stdout));
    expect(listed).toMatchObject([{ runId: first.runId, status: 'finished', epochs: 3, epochsDone: 3 }]);
    const detail = await show(first.runId);
    expect(detail.result).toEqual(first);
    expect(detail.plan).toMatchObject({ strategy: 'scratch', seed: 7, batchSize: 6, weights: { kind: 'none' } });
    expect(detail.layers.every(({ state, parameters }) => state === 'trainable' || parameters === 0)).toBe(true);
    expect(detail.environment?.tensorflow).toMatch(/^\d+\.\d+/);
    expect(damage(home)).toEqual([]);
    expect(statSync(home).mode & 0o777).toBe(0o700);
    // Nothing half-written is left.
    expect(existsSync(path.join(home, 'runs', first.runId, 'checkpoints', 'index.json.part'))).toBe(false);
  });

  it('feeds the next one of the same classes with its weights, the head among them', async () => {
    const next = await train('--strategy', 'features', '--weights', `run:${first.runId}`, '--epochs', '1');
    expect(next.weights).toEqual({ loaded: 137, skippedByShape: 0, missing: 0, newlyInitialised: 0, unexpected: 0 });
    expect(next.warnings).toEqual([]);
    expect((await command('runs', 'show', next.runId)).stdout).toContain('137 loaded, the head among them');
  });

  it('feeds the next one with its weights, which get a new head where one is asked for, and computed features', async () => {
    const second = await train(
      ...['--strategy', 'features', '--weights', `run:${first.runId}`, '--new-head', '--epochs', '2'],
    );
    expect(second).toMatchObject({
      frozenUnchanged: true,
      frozenTensors: 135,
      weights: { loaded: 135, skippedByShape: 0, missing: 0, newlyInitialised: 2, unexpected: 2 },
    });
    const { loadReport, parentRunId, proof, layers } = await show(second.runId);
    expect(parentRunId).toBe(first.runId);
    expect(loadReport?.newlyInitialised).toEqual(['logits/kernel', 'logits/bias']);
    expect([...(loadReport?.unexpected ?? [])].sort()).toEqual(['logits/bias', 'logits/kernel']);
    expect(proof.every(({ before, after }) => before === after)).toBe(true);
    expect(layers.filter(({ state }) => state === 'trainable').map(({ name }) => name)).toContain('logits');

    // With the last block thawed as well, what lies below it is still the same.
    const third = await train(
      ...['--strategy', 'features', '--weights', `run:${second.runId}`, '--thaw', 'from:block_13', '--epochs', '2'],
    );
    expect(third).toMatchObject({ frozenUnchanged: true });
    expect(third.frozenTensors).toBeLessThan(135);
    const before = new Map(proof.map(({ tensor, after }) => [tensor, after]));
    for (const { tensor, after } of (await show(third.runId)).proof) expect(after, tensor).toBe(before.get(tensor));
  });

  it('predicts with a run: every class, with probabilities that sum up to one', async () => {
    const images = ['photos/stripes/test/broad/000.png', 'photos/stripes/test/fine/001.png'];
    const { code, stdout } = await command('predict', '--run', first.runId, '--top', '5', '--json', ...images);
    expect(code).toBe(0);
    const { predictions } = predictResult.parse(JSON.parse(stdout));
    expect(predictions.map((prediction) => prediction.path)).toEqual(images.map((image) => path.join(root, image)));
    for (const { classes } of predictions) {
      expect(classes.map(({ name }) => name).sort()).toEqual(['broad', 'fine']);
      expect(classes.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 5);
      expect(classes[0]?.probability).toBeGreaterThanOrEqual(classes[1]?.probability ?? 1);
    }
  });

  it('is done: a finished run is not resumed, and says what to do instead', async () => {
    const { code, stdout, stderr } = await command('runs', 'resume', first.runId);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^error: .*is finished\.\nhint: .*thaw runs continue .*\n$/);
  });
});

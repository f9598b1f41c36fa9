import { readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { predictionsPage, runComparison, type RunComparison } from '../../src/shared/contract/compare.ts';
import { runResult, type RunResult } from '../../src/shared/contract/run.ts';
import { createService, type Service } from '../../src/engine/service/create-service.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { thaw, type CommandResult } from '../support/thaw-command.ts';
import { writeTinyDataset } from '../support/tiny-dataset.ts';

const root = temporaryFolder();
const home = path.join(root, 'home');
const PLAN = ['--network', 'mobilenet_v1_0.25_32', '--dataset', 'stripes', '--batch', '6', '--epochs', '2'];

function command(...parameters: string[]): Promise<CommandResult> {
  return thaw(parameters, { home, cwd: root });
}

async function train(...parameters: string[]): Promise<RunResult> {
  const { code, stdout, stderr } = await command('train', ...PLAN, '--json', ...parameters);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return runResult.parse(JSON.parse(stdout));
}

async function withEngine<Result>(work: (engine: Service['transport']) => Promise<Result>): Promise<Result> {
  const service = createService({ home, cache: path.join(root, 'cache') });
  try {
    return await work(service.transport);
  } finally {
    await service.close();
  }
}

const comparedJson = runComparison.extend({
  predictions: predictionsPage.pick({ images: true, shared: true, changed: true, evaluated: true }),
});

describe('two runs of the same images', () => {
  let first: RunResult;
  let second: RunResult;
  let comparison: RunComparison;

  beforeAll(async () => {
    await writeTinyDataset(path.join(root, 'stripes'), { train: 12, val: 6, test: 4 });
    first = await train('--strategy', 'scratch', '--seed', '7');
    second = await train('--strategy', 'features', '--seed', '8', '--weights', `run:${first.runId}`);
    comparison = await withEngine((engine) => engine.invoke('runs.compare', { runIds: [first.runId, second.runId] }));
  });

  it.each(['validation', 'test'] as const)(
    'keep what they made of the %s, which adds up to their accuracy',
    async (split) => {
      for (const result of [first, second]) {
        const { evaluation, splits } = await withEngine((engine) =>
          engine.invoke('runs.evaluation', { runId: result.runId, split }),
        );
        expect(splits).toEqual(['validation', 'test']);
        const hits = (evaluation?.confusion ?? []).filter(({ label, predicted }) => label === predicted);
        const correct = hits.reduce((sum, { images }) => sum + images, 0);
        const accuracy = split === 'validation' ? result.bestValAccuracy : result.testAccuracy;
        expect(correct / (evaluation?.images ?? 0)).toBe(accuracy);
        expect(evaluation).toMatchObject({
          accuracy,
          epoch: result.bestEpoch,
          images: split === 'validation' ? 12 : 8,
        });
      }
    },
  );

  it('are told by what differs, what came out, and what was frozen', () => {
    const differing = comparison.parameters.filter(({ differs }) => differs).map(({ key }) => key);
    expect(differing).toEqual(expect.arrayContaining(['plan.strategy', 'plan.seed', 'plan.weights.kind']));
    expect(differing).not.toContain('dataset.version');
    const accuracy = comparison.metrics.find(({ key }) => key === 'val_accuracy');
    expect(accuracy?.best).toEqual([first.bestValAccuracy, second.bestValAccuracy]);
    expect(accuracy?.last).toEqual([first.finalValAccuracy, second.finalValAccuracy]);
    expect(comparison.metrics.find(({ key }) => key === 'test_accuracy')?.best).toEqual([
      first.testAccuracy,
      second.testAccuracy,
    ]);
    const mask = comparison.layers.filter(
      ({ differs, states }) => differs && states.some((own) => (own?.parameters ?? 0) > 0),
    );
    expect(mask.length).toBeGreaterThan(0);
    for (const { states } of mask) expect(states.map((own) => own?.state)).toEqual(['trainable', 'frozen']);
    expect(comparison.layers.find(({ name }) => name === 'logits')).toMatchObject({ differs: false });
  });

  it('show the images that they took for different classes, with pictures while the dataset is there', async () => {
    const runIds = [first.runId, second.runId];
    await withEngine(async (engine) => {
      const all = await engine.invoke('runs.predictions', { runIds, pictures: true, offset: 0, limit: 100 });
      expect(all).toMatchObject({ images: 12, shared: 12, total: 12, evaluated: runIds });
      for (const { path: image, imageId, label, predictions } of all.rows) {
        expect(image).toMatch(new RegExp(`^val/${label}/\\d{3}\\.png$`));
        expect(predictions).toHaveLength(2);
        const { width } = await engine.invoke('image.bytes', { imageId: imageId ?? '', size: 32 });
        expect(width).toBe(40);
      }
      const changed = await engine.invoke('runs.predictions', { runIds, changedOnly: true, offset: 0, limit: 100 });
      expect(changed.total).toBe(all.changed);
      expect(changed.rows.map((row) => row.path)).toEqual(
        all.rows.filter(({ predictions: [a, b] }) => a?.predicted !== b?.predicted).map((row) => row.path),
      );
      for (const evaluated of comparison.runs) {
        for (const { label, predicted, images } of evaluated.evaluation?.confusion ?? []) {
          const names = evaluated.evaluation?.classes.map(({ name }) => name) ?? [];
          const cell = { runId: evaluated.runId, label: names[label] ?? '', predicted: names[predicted] ?? '' };
          const page = await engine.invoke('runs.predictions', { runIds, cell, offset: 0, limit: 100 });
          expect(page.total).toBe(images);
        }
      }
    });
  });

  it('are compared by the command line, in words and as JSON', async () => {
    const told = await command('runs', 'compare', first.runId, second.runId);
    expect(told).toMatchObject({ code: 0, stderr: '' });
    expect(told.stdout).toContain(`A  ${first.runId}`);
    expect(told.stdout).toMatch(/plan\.strategy +scratch +features/);
    expect(told.stdout).not.toContain('plan.epochs');
    expect(told.stdout).toMatch(/B {2}\d+ of \d+ layers with parameters differ from A: conv1 frozen/);
    expect(told.stdout).toMatch(/\d+ of 12 images changed, of 12 in all/);
    const all = await command('runs', 'compare', first.runId, second.runId, '--all');
    expect(all.stdout).toMatch(/plan\.epochs +2 +2/);
    const json = await command('runs', 'compare', first.runId, second.runId, '--json');
    const { predictions, ...rest } = comparedJson.parse(JSON.parse(json.stdout));
    expect(rest).toEqual(comparison);
    expect(predictions).toMatchObject({ images: 12, shared: 12, evaluated: [first.runId, second.runId] });
  });

  it.each<[string, () => string[], string]>([
    ['one run', () => [first.runId], 'From 2 to 10 runs are compared; received 1.'],
    ['the same run twice', () => [first.runId, first.runId], 'received 1.'],
    ['eleven', () => Array.from({ length: 11 }, (_, index) => `run-${index}`), 'received 11.'],
    ['a run that is not there', () => [first.runId, 'nobody'], "no run 'nobody'"],
  ])('are not compared where %s is named', async (_, ids, message) => {
    const { code, stderr } = await command('runs', 'compare', ...ids());
    expect(code).not.toBe(0);
    expect(stderr).toContain(message);
  });

  it('are compared by their figures where a folder was deleted by hand', async () => {
    const folder = path.join(home, 'runs', second.runId, 'evaluation');
    expect(readdirSync(folder).map((file) => file.split('-')[0])).toEqual(['test', 'validation']);
    rmSync(path.join(home, 'runs', second.runId), { recursive: true });
    rmSync(path.join(root, 'stripes'), { recursive: true });
    const runIds = [first.runId, second.runId];
    await withEngine(async (engine) => {
      const page = await engine.invoke('runs.predictions', { runIds, pictures: true, offset: 0, limit: 1 });
      expect(page).toMatchObject({ images: 12, shared: 0, changed: 0, evaluated: [first.runId] });
      expect(page.rows).toMatchObject([{ imageId: null, predictions: [{}, null] }]);
      const again = await engine.invoke('runs.compare', { runIds });
      expect(again.runs[1]?.evaluation).toEqual(comparison.runs[1]?.evaluation);
    });
  });
});

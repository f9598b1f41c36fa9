import { cpSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { runDetail, runResult, type RunDetail } from '../../../src/shared/contract/run.ts';
import { describeShared, sharedPath } from '../../support/shared.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { thaw } from '../../support/thaw-command.ts';

const root = temporaryFolder();
const home = path.join(root, 'home');
const PLAN = path.join(import.meta.dirname, '../../../docs/recipes/keras-strategies.yaml');
const DATASET = 'data/hymenoptera/hymenoptera_data';
const WEIGHTS = 'weights/keras/mobilenet_2_5_224_tf_no_top.h5';
/** The network on smaller images: a third of the work, and the claim is the same. */
const SMALLER = ['--network', 'mobilenet_v1_0.25_128'];
const NAMES = ['frozen base', 'head loaded back', 'last 34', 'thawed', 'in one go'] as const;
const predicted = z.object({
  predictions: z.array(z.object({ classes: z.array(z.object({ name: z.string(), probability: z.number() })) })),
});
const series = z.object({ runs: z.array(z.object({ name: z.string(), result: runResult })) });

async function json(...parameters: readonly string[]): Promise<unknown> {
  const { code, stdout, stderr } = await thaw([...parameters, '--json'], { home, cwd: sharedPath() });
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return JSON.parse(stdout) as unknown;
}

describeShared('the recipe of the Keras strategies', () => {
  const runs = new Map<string, RunDetail>();
  const run = (name: (typeof NAMES)[number]): RunDetail => {
    const found = runs.get(name);
    if (!found) throw new Error(`The recipe has no run '${name}'.`);
    return found;
  };
  const reached = (name: (typeof NAMES)[number]): number => run(name).result.bestValAccuracy ?? 0;

  beforeAll(async () => {
    const given = ['--plan', PLAN, '--dataset', DATASET, '--weights', WEIGHTS, ...SMALLER];
    for (const { name, result } of series.parse(await json('train', ...given)).runs) {
      runs.set(name, runDetail.parse(await json('runs', 'show', result.runId)));
    }
  });

  it('does all of its runs, each under the same head, split and seed', () => {
    expect([...runs.keys()]).toEqual(NAMES);
    for (const { result, plan } of runs.values()) {
      expect(result).toMatchObject({ status: 'finished', frozenUnchanged: true });
      expect(plan).toMatchObject({ head: 'sigmoid', dropout: 0.2, seed: 42, validationShare: 0.2 });
      expect(plan.headDesign.initializer).toBe('heNormal');
    }
  });

  it('loads the head back by name, so that the full network is as good before its first step as the head was', () => {
    for (const name of ['head loaded back', 'last 34'] as const) {
      const { baseline } = run(name).result;
      expect(baseline?.val_accuracy).toBe(reached('frozen base'));
      // Without the trained head, the network does little better than to guess.
      expect(baseline?.withoutHead?.val_accuracy ?? 1).toBeLessThan(reached('frozen base') - 0.1);
    }
  });

  it('trains the last 34 layers and no other, below a head that was trained or from a run that was thawed', () => {
    for (const name of ['last 34', 'thawed', 'in one go'] as const) {
      const layers = run(name).layers.filter(({ kind }) => kind !== 'input');
      const withWeights = layers.filter(({ parameters }) => parameters > 0);
      const trained = withWeights.filter(({ state }) => state === 'trainable').map(({ name: layer }) => layer);
      const last = new Set(layers.slice(-34).map(({ name: layer }) => layer));
      expect(trained).toEqual(withWeights.map(({ name: layer }) => layer).filter((layer) => last.has(layer)));
    }
  });

  it('never ends below what it began with, for the best is restored', () => {
    expect(reached('frozen base')).toBeGreaterThan(0.65);
    for (const name of ['head loaded back', 'last 34', 'thawed'] as const) {
      expect(reached(name)).toBeGreaterThanOrEqual(reached('frozen base'));
    }
    expect(reached('in one go')).toBeGreaterThan(0.65);
  });

  it('loads a head that was trained on a file of features back into the full network, to the same validation', async () => {
    const file = path.join(root, 'features.npz');
    const network = ['--weights', WEIGHTS, ...SMALLER];
    const alike = ['--head', 'sigmoid', '--head-initializer', 'heNormal', '--dropout', '0.2', '--seed', '42'];
    const split = ['--split', 'share', '--validation-share', '0.2'];
    await json('features', '--out', file, '--dataset', DATASET, ...network);
    const stopping = ['--epochs', '15', '--early-stopping', '5', '--nesterov', '--lr', '0.01'];
    const head = runResult.parse(await json('train', '--features', file, ...alike, ...split, ...stopping));
    const loaded = ['--head-weights', `run:${head.runId}`, '--evaluate-first', '--epochs', '1'];
    const whole = ['train', '--dataset', DATASET, ...network, ...alike, ...split, ...loaded];
    const { baseline } = runResult.parse(await json(...whole));
    expect(head.bestValAccuracy).toBeGreaterThan(0.6);
    expect(baseline?.val_accuracy).toBe(head.bestValAccuracy);
    expect(baseline?.withoutHead?.val_accuracy ?? 1).toBeLessThan(baseline?.val_accuracy ?? 0);
  });

  it('predicts a folder without classes into a file, a row an image, each as it is predicted alone', async () => {
    const folder = path.join(root, 'unlabelled');
    cpSync(path.join(sharedPath(), DATASET, 'val/ants'), folder, { recursive: true });
    const file = path.join(root, 'predictions.csv');
    const { runId } = run('last 34').result;
    await json('predict', '--run', runId, folder, '--csv', file);
    const [header = '', ...rows] = readFileSync(file, 'utf8').trim().split(/\r?\n/);
    const names = header.split(',');
    const images = readdirSync(folder).sort();
    const cell = (image: string, name: string): string | undefined =>
      rows.find((row) => row.includes(image))?.split(',')[names.indexOf(name)];
    expect(rows).toHaveLength(images.length);
    const alone = predicted.parse(await json('predict', '--run', runId, path.join(folder, images[0] ?? '')));
    const [best] = alone.predictions[0]?.classes ?? [];
    expect(cell(images[0] ?? '', 'class_1')).toBe(best?.name);
    expect(Number(cell(images[0] ?? '', 'probability_1'))).toBeCloseTo(best?.probability ?? -1, 4);
    // Of these, all of one class, most are known as it.
    expect(images.filter((image) => cell(image, 'class_1') === 'ants').length).toBeGreaterThan(images.length / 2);
  });
});

import { copyFileSync, mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { NpzReader } from '../../../src/engine/numpy/npz-reader.ts';
import { predictResult } from '../../../src/shared/contract/endpoint.ts';
import { ensemble } from '../../../src/shared/contract/ensemble.ts';
import { runDetail, runResult, type RunResult } from '../../../src/shared/contract/run.ts';
import { describeShared, sharedPath } from '../../support/shared.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { thaw } from '../../support/thaw-command.ts';

const root = temporaryFolder();
const home = path.join(root, 'home');
const files = path.join(root, 'files');
const PLAN = path.join(import.meta.dirname, '../../../docs/recipes/model-fusion.yaml');
const DATASET = 'data/hymenoptera/hymenoptera_data';
const WEIGHTS = ['weights/keras/mobilenet_2_5_224_tf_no_top.h5', 'weights/pytorch/mobilenetV1X0.25_pretrain.tar'];
const series = z.object({ runs: z.array(z.object({ name: z.string(), result: runResult })) });
/** Of one run or of several. */
const answer = z.object({ predictions: predictResult.shape.predictions });
const MOST_BYTES = 2 ** 20;

async function json(...parameters: readonly string[]): Promise<unknown> {
  const { code, stdout, stderr } = await thaw([...parameters, '--json'], { home, cwd: sharedPath() });
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return JSON.parse(stdout) as unknown;
}

interface Thought {
  readonly label: number;
  readonly probabilities: readonly number[];
}

/** What a run thought of each validation image, by its path, out of the file that it keeps. */
async function thoughtsOf({ runId }: RunResult): Promise<ReadonlyMap<string, Thought>> {
  const folder = path.join(home, 'runs', runId, 'evaluation');
  const [file = '', ...more] = readdirSync(folder);
  expect(more).toEqual([]);
  const reader = await NpzReader.open(path.join(folder, file));
  try {
    const labels = await reader.integers('labels', MOST_BYTES);
    const paths = await reader.texts('paths', MOST_BYTES);
    const { data } = await reader.floats('probabilities', MOST_BYTES);
    return new Map(
      paths.map((image, row) => [
        image,
        { label: labels[row] ?? -1, probabilities: [...data.subarray(row * 2, row * 2 + 2)] },
      ]),
    );
  } finally {
    await reader.close();
  }
}

describeShared('the recipe of model fusion', () => {
  let one: RunResult;
  let other: RunResult;
  let fused: RunResult;

  beforeAll(async () => {
    // The plan names weights that lie beside it.
    mkdirSync(files);
    copyFileSync(PLAN, path.join(files, 'model-fusion.yaml'));
    for (const file of WEIGHTS) copyFileSync(sharedPath(file), path.join(files, path.basename(file)));
    const given = ['--plan', path.join(files, 'model-fusion.yaml'), '--dataset', DATASET];
    const { runs } = series.parse(await json('train', ...given));
    [one, other, fused] = runs.map(({ result }) => result) as [RunResult, RunResult, RunResult];
  });

  it('fills both networks with their own weights and leaves them unchanged to the last bit', async () => {
    const { loadReport } = runDetail.parse(await json('runs', 'show', fused.runId));
    for (const [prefix, tensors] of [
      ['mobilenet_v1_0.25_224/', one.frozenTensors],
      ['mobilenet_v1_leaky_0.25_224.torch/', other.frozenTensors],
    ] as const) {
      expect(loadReport?.loaded.filter((name) => name.startsWith(prefix))).toHaveLength(tensors ?? 0);
    }
    expect(loadReport).toMatchObject({
      missing: [],
      skippedByShape: [],
      newlyInitialised: ['logits/kernel', 'logits/bias'],
    });
    expect(fused).toMatchObject({
      frozenUnchanged: true,
      frozenTensors: (one.frozenTensors ?? 0) + (other.frozenTensors ?? 0),
    });
  });

  it('does no worse together than the worse of the two by itself, but for three images of a hundred', () => {
    const reached = (run: RunResult): number => run.bestValAccuracy ?? 0;
    expect(Math.min(reached(one), reached(other))).toBeGreaterThan(0.7);
    expect(reached(fused)).toBeGreaterThan(Math.min(reached(one), reached(other)) - 0.03);
  });

  it('averages two runs to what follows from what each kept of every image', async () => {
    const found = ensemble.parse(await json('runs', 'average', one.runId, other.runId));
    const [first, second] = [await thoughtsOf(one), await thoughtsOf(other)];
    expect([...second.keys()].toSorted()).toEqual([...first.keys()].toSorted());
    let right = 0;
    let loss = 0;
    for (const [image, { label, probabilities }] of first) {
      const mean = probabilities.map((own, place) => (own + (second.get(image)?.probabilities[place] ?? NaN)) / 2);
      right += Number(mean.indexOf(Math.max(...mean)) === label);
      loss -= Math.log(mean[label] ?? NaN);
    }
    expect(found).toMatchObject({ images: first.size, leftOut: 0 });
    expect(found.mean.accuracy).toBe(right / first.size);
    expect(found.mean.logLoss).toBeCloseTo(loss / first.size, 6);
    expect(found.runs.map(({ accuracy }) => accuracy)).toEqual([
      expect.closeTo(one.bestValAccuracy ?? NaN, 6),
      expect.closeTo(other.bestValAccuracy ?? NaN, 6),
    ]);
    // The mean of probabilities is never less likely than the less likely of them, and -ln is convex.
    const losses = found.runs.map(({ logLoss }) => logLoss);
    expect(found.mean.logLoss).toBeLessThanOrEqual(((losses[0] ?? 0) + (losses[1] ?? 0)) / 2 + 1e-6);
  });

  it('predicts an image by both runs as the mean of what each predicts', async () => {
    const image = path.join(DATASET, 'val/ants', readdirSync(sharedPath(DATASET, 'val/ants')).toSorted()[0] ?? '');
    const predicted = async (...runs: readonly RunResult[]): Promise<ReadonlyMap<string, number>> => {
      const named = runs.flatMap(({ runId }) => ['--run', runId]);
      const { predictions } = answer.parse(await json('predict', ...named, image));
      return new Map(predictions[0]?.classes.map(({ name, probability }) => [name, probability]));
    };
    const [first, second, both] = [await predicted(one), await predicted(other), await predicted(one, other)];
    for (const name of ['ants', 'bees']) {
      expect(both.get(name)).toBeCloseTo(((first.get(name) ?? NaN) + (second.get(name) ?? NaN)) / 2, 6);
    }
  });
});

import path from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { runResult, type RunResult } from '../../../src/shared/contract/run.ts';
import { writeMnistPart } from '../../support/mnist-part.ts';
import { describeShared } from '../../support/shared.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { thaw } from '../../support/thaw-command.ts';

const root = temporaryFolder();
const home = path.join(root, 'home');
const dataset = path.join(root, 'mnist');
const RECIPES = path.join(import.meta.dirname, '../../../docs/recipes');
const PIXELS = 28 * 28;
/** A part of the digits, so that little is decoded: the claim is the same. */
const COUNTS = { train: 4000, t10k: 2000 } as const;
const SEEDS = [1, 2];
const series = z.object({ runs: z.array(z.object({ name: z.string(), result: runResult })) });

/** The mean squared error of giving the mean of all images for each, pixels from 0 to 1. */
function errorOfMean(images: Buffer): number {
  const count = images.length / PIXELS;
  const [sums, squares] = [new Float64Array(PIXELS), new Float64Array(PIXELS)];
  images.forEach((byte, at) => {
    const value = byte / 255;
    sums[at % PIXELS] = (sums[at % PIXELS] ?? 0) + value;
    squares[at % PIXELS] = (squares[at % PIXELS] ?? 0) + value ** 2;
  });
  const variances = squares.map((square, pixel) => square / count - ((sums[pixel] ?? 0) / count) ** 2);
  return variances.reduce((sum, variance) => sum + variance, 0) / PIXELS;
}

async function train(recipe: string, ...flags: readonly string[]): Promise<ReadonlyMap<string, RunResult>> {
  const given = ['--plan', path.join(RECIPES, recipe), '--dataset', dataset, ...flags];
  const { code, stdout, stderr } = await thaw(['train', ...given, '--json'], { home });
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return new Map(series.parse(JSON.parse(stdout)).runs.map(({ name, result }) => [name, result]));
}

describeShared('the recipes of pretraining', () => {
  let meanError = NaN;
  const bySeed: ReadonlyMap<string, RunResult>[] = [];

  beforeAll(async () => {
    meanError = errorOfMean(writeMnistPart(dataset, COUNTS));
    for (const seed of SEEDS) bySeed.push(await train('pretraining.yaml', '--seed', String(seed)));
  });

  it('give digits again better than their mean does, all layers at once as well as the first alone', () => {
    for (const runs of bySeed) {
      const whole = runs.get('whole')?.history.at(-1);
      // The last epoch of the first of four layers.
      const first = runs.get('layer by layer')?.history[3];
      expect(whole?.val_loss ?? NaN).toBeLessThan(meanError * 0.9);
      expect(first?.val_loss ?? NaN).toBeLessThan(meanError * 0.9);
      expect([whole?.val_accuracy, first?.val_accuracy]).toEqual([null, null]);
    }
  });

  it('take all of the network up for the few labels, and nothing of the decoders', () => {
    for (const runs of bySeed) {
      for (const name of ['few labels after layer by layer', 'few labels after whole']) {
        expect(runs.get(name)?.weights).toMatchObject({
          loaded: 8,
          missing: 0,
          skippedByShape: 0,
          newlyInitialised: 2,
        });
      }
    }
  });

  it.each(['few labels after layer by layer', 'few labels after whole'])(
    'learn %s in 15 steps what takes many more from scratch',
    (name) => {
      const mean = (of: string): number =>
        bySeed.reduce((sum, runs) => sum + (runs.get(of)?.bestValAccuracy ?? NaN), 0) / bySeed.length;
      expect(mean(name) - mean('few labels from scratch')).toBeGreaterThan(0.05);
    },
  );

  it('learn what images ask of themselves far beyond guessing', async () => {
    const runs = await train('self-supervised.yaml');
    const reached = (name: string): number => runs.get(name)?.bestValAccuracy ?? NaN;
    // Guessing is right a quarter and half of the time.
    expect(reached('turns')).toBeGreaterThan(0.7);
    expect(reached('corrupted or good')).toBeGreaterThan(0.75);
    expect(reached('ranking')).toBeGreaterThan(0.75);
    expect(reached('same or different')).toBeGreaterThan(0.7);
    expect(runs.get('digits after turns')?.weights).toMatchObject({ loaded: 4, newlyInitialised: 2 });
  });
});

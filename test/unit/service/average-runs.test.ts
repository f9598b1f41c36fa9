import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeEvaluation } from '../../../src/engine/experiment/evaluations.ts';
import { averageRuns } from '../../../src/engine/service/average-runs.ts';
import { ServiceContext } from '../../../src/engine/service/context.ts';
import { writePredictions } from '../../../src/engine/training/evaluation/write-predictions.ts';
import { expectError } from '../../support/expect-error.ts';
import { logFinishedRun } from '../../support/logged-run.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const root = temporaryFolder();
const context = new ServiceContext({ home: path.join(root, 'home'), cache: path.join(root, 'cache') });
const ABOUT = { split: 'validation', epoch: 2, step: 8 } as const;

/** What a run made of an image: its content, its label, and a probability for each class. */
type Row = readonly [content: string, label: string, ...probabilities: number[]];

/** @returns the run's id */
async function evaluated(classes: readonly string[], rows: readonly Row[], keepsAll = true): Promise<string> {
  const runId = logFinishedRun(context.log);
  const images = rows.map(([contentHash, label]) => ({
    path: contentHash,
    label: classes.indexOf(label),
    contentHash,
  }));
  const likely = rows.map(([, , ...probabilities]) => probabilities);
  const written = await writePredictions(context.runDirectory(runId), ABOUT, {
    images,
    classes,
    predictions: {
      predicted: Int32Array.from(likely, (own) => own.indexOf(Math.max(...own))),
      probability: Float32Array.from(likely, (own) => Math.max(...own)),
      probabilities: keepsAll ? Float32Array.from(likely.flat()) : null,
    },
  });
  const figures = { images: rows.length, accuracy: 0.5, loss: 0.5, confusion: [] };
  writeEvaluation(context.log, runId, { ...ABOUT, ...figures, path: written });
  return runId;
}

const CLASSES = ['ants', 'bees'];
const FIRST: readonly Row[] = [
  ['x', 'ants', 0.9, 0.1],
  ['y', 'ants', 0.4, 0.6],
  ['z', 'bees', 0.3, 0.7],
];
/** In another order of images and classes. */
const SECOND: readonly Row[] = [
  ['z', 'bees', 0.45, 0.55],
  ['y', 'ants', 0.2, 0.8],
  ['x', 'ants', 0.6, 0.4],
];

const logLoss = (...own: readonly number[]): number =>
  own.reduce((sum, probability) => sum - Math.log(probability), 0) / own.length;

describe('runs that are averaged', () => {
  it('are matched by image and class, each and all together told', async () => {
    const runIds = [await evaluated(CLASSES, FIRST), await evaluated(CLASSES.toReversed(), SECOND)];
    const found = await averageRuns(context, { runIds });
    expect(found).toMatchObject({ split: 'validation', classes: CLASSES, images: 3, leftOut: 0 });
    expect(found.runs.map(({ accuracy }) => accuracy)).toEqual([2 / 3, 1 / 3]);
    expect(found.runs[0]?.logLoss).toBeCloseTo(logLoss(0.9, 0.4, 0.7), 6);
    expect(found.runs[1]?.logLoss).toBeCloseTo(logLoss(0.4, 0.8, 0.45), 6);
    // x (0.9 + 0.4) / 2, y (0.4 + 0.8) / 2, z (0.7 + 0.45) / 2: each is right, though neither run is.
    expect(found.mean.accuracy).toBe(1);
    expect(found.mean.logLoss).toBeCloseTo(logLoss(0.65, 0.6, 0.575), 6);
  });

  it('count as much as they are given', async () => {
    const runIds = [await evaluated(CLASSES, FIRST), await evaluated(CLASSES.toReversed(), SECOND)];
    const found = await averageRuns(context, { runIds, weights: [3, 1] });
    expect(found.runs.map(({ weight }) => weight)).toEqual([0.75, 0.25]);
    expect(found.mean.logLoss).toBeCloseTo(logLoss(0.775, 0.5, 0.6375), 6);
    const alone = await averageRuns(context, { runIds, weights: [0, 1] });
    expect(alone.mean).toEqual({ accuracy: alone.runs[1]?.accuracy, logLoss: alone.runs[1]?.logLoss });
  });

  it('are held to the images that all of them were evaluated on, under one label', async () => {
    const other: readonly Row[] = [
      ['x', 'bees', 0.2, 0.8],
      ['z', 'bees', 0.2, 0.8],
      ['w', 'bees', 0.2, 0.8],
    ];
    const runIds = [await evaluated(CLASSES, FIRST), await evaluated(CLASSES, other)];
    expect(await averageRuns(context, { runIds })).toMatchObject({ images: 1, leftOut: 3 });
  });

  it('cost no more than an epsilon where a class was thought impossible', async () => {
    const sure = await evaluated(CLASSES, [['x', 'ants', 0, 1]]);
    const found = await averageRuns(context, { runIds: [sure, await evaluated(CLASSES, [['x', 'ants', 0, 1]])] });
    expect(found.mean.logLoss).toBeCloseTo(-Math.log(1e-7), 6);
  });

  it.each([
    ['of other classes', ['ants', 'wasps'], [['x', 'ants', 0.5, 0.5]], 'usage.invalid', ['ants, wasps']],
    ['without an image in common', CLASSES, [['v', 'ants', 0.5, 0.5]], 'usage.invalid', ['none in common']],
  ] as const)('are refused %s', async (_what, classes, rows, code, words) => {
    const runIds = [await evaluated(CLASSES, FIRST), await evaluated(classes, rows)];
    await expectError(async () => averageRuns(context, { runIds }), code, ...words);
  });

  it('are refused where one kept no probabilities, and where one is named twice', async () => {
    const [first, second] = [await evaluated(CLASSES, FIRST), await evaluated(CLASSES, FIRST, false)];
    await expectError(async () => averageRuns(context, { runIds: [first, second] }), 'run.state', second);
    await expectError(async () => averageRuns(context, { runIds: [first, first] }), 'usage.invalid', 'twice');
    const test = { runIds: [first, second], split: 'test' } as const;
    await expectError(async () => averageRuns(context, { ...test, runIds: [...test.runIds] }), 'run.state', 'test');
    const weights = [1, 2, 3];
    await expectError(
      async () => averageRuns(context, { runIds: [first, second], weights }),
      'usage.invalid',
      '1, 2, 3',
    );
  });
});

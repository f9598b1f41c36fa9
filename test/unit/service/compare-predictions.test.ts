import { statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { writeEvaluation } from '../../../src/engine/experiment/evaluations.ts';
import { comparePredictions } from '../../../src/engine/service/compare-predictions.ts';
import { ServiceContext } from '../../../src/engine/service/context.ts';
import { writePredictions } from '../../../src/engine/training/evaluation/write-predictions.ts';
import { logFinishedRun } from '../../support/logged-run.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const root = temporaryFolder();
const context = new ServiceContext({ home: path.join(root, 'home'), cache: path.join(root, 'cache') });

const IMAGES = ['x', 'y', 'z'].map((name) => ({ path: `val/ants/${name}.jpg`, label: 0, contentHash: name }));

/** @returns a run that took its three images for these classes, and its file, last changed at a full second */
async function evaluated(...predicted: number[]): Promise<{ runId: string; file: string }> {
  const runId = logFinishedRun(context.log);
  const about = { split: 'validation', epoch: 2, step: 8 } as const;
  const written = await writePredictions(context.runDirectory(runId), about, {
    images: IMAGES,
    classes: ['ants', 'bees'],
    predictions: {
      predicted: Int32Array.from(predicted),
      probability: Float32Array.from(predicted, () => 0.75),
    } as Parameters<typeof writePredictions>[2]['predictions'],
  });
  const figures = { images: 3, accuracy: 0.5, loss: 0.5, confusion: [] };
  writeEvaluation(context.log, runId, { ...about, ...figures, path: written });
  const file = path.join(context.runDirectory(runId), written);
  utimesSync(file, 1_700_000_000, 1_700_000_000);
  return { runId, file };
}

it('lays runs side by side once for all pages and cells, and anew once a file is another', async () => {
  const [first, second] = [await evaluated(0, 0, 1), await evaluated(0, 1, 0)];
  const runIds = [first.runId, second.runId];
  const ask = async (request: Partial<Parameters<typeof comparePredictions>[1]>): Promise<unknown> => {
    const page = await comparePredictions(context, { runIds, offset: 0, limit: 10, ...request });
    return [page.shared, page.changed, page.total, page.rows.map((row) => row.path.at(-5)).join('')];
  };
  expect(await ask({ changedOnly: true })).toEqual([3, 2, 2, 'yz']);
  // As if it were the file of before, which is not read once more.
  writeFileSync(second.file, Buffer.alloc(statSync(second.file).size));
  utimesSync(second.file, 1_700_000_000, 1_700_000_000);
  expect(await ask({ changedOnly: true, offset: 1, limit: 1 })).toEqual([3, 2, 2, 'z']);
  const cell = { runId: second.runId, label: 'ants', predicted: 'bees' };
  expect(await ask({ cell })).toEqual([3, 2, 1, 'y']);
  utimesSync(second.file, 1_700_000_001, 1_700_000_001);
  expect(await ask({})).toEqual([0, 0, 3, 'xyz']);
});

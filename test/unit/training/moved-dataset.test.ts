import { mkdirSync, renameSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { openDatasetIndex } from '../../../src/engine/dataset/index/dataset-index.ts';
import { knownDataset } from '../../../src/engine/dataset/index/indexed-dataset.ts';
import { knownFiles } from '../../../src/engine/dataset/index/known-files.ts';
import { readContent } from '../../../src/engine/dataset/read-content.ts';
import { runTraining } from '../../../src/engine/training/run-training.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { writeTinyDataset } from '../../support/tiny-dataset.ts';
import { never, runUntil, trainingJob } from '../../support/training-job.ts';

const root = temporaryFolder();

it('a run has the index know its dataset, and is resumed where that lies now', { timeout: 180_000 }, async () => {
  const home = path.join(root, 'home');
  mkdirSync(home);
  const [before, now] = [path.join(root, 'before'), path.join(root, 'now')];
  await writeTinyDataset(before, { train: 8, val: 4 });
  const job = { ...trainingJob(root, before, { epochs: 2 }), home };
  await runUntil(1, job);
  const index = openDatasetIndex(home);
  const id = knownDataset(index, before) ?? expect.fail('The run did not have the index know its dataset.');
  expect((await knownFiles(index, id)).size).toBeGreaterThan(0);
  renameSync(before, now);
  expect((await readContent(now, { index })).indexed?.movedFrom).toBe(before);
  index.close();
  const { status } = await runTraining(
    { ...trainingJob(root, before, { epochs: 2 }, job), home },
    () => undefined,
    never,
  );
  expect(status).toBe('finished');
});

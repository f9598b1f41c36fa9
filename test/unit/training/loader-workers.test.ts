import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { runTraining } from '../../../src/engine/training/run-training.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { writeTinyDataset } from '../../support/tiny-dataset.ts';
import { computed, never, trainingJob } from '../../support/training-job.ts';

const root = temporaryFolder();
let dataset = '';
beforeAll(async () => {
  dataset = await writeTinyDataset(path.join(root, 'dataset'), { train: 12, val: 6, test: 4 });
});

describe('a run whose images are decoded a few at a time', () => {
  it.each(['features', 'scratch'] as const)(
    'learns the same to the bit, however many that are: %s',
    async (strategy) => {
      const outcomes = [];
      for (const loaderWorkers of [1, 4, 8]) {
        const job = trainingJob(root, dataset, { strategy, loaderWorkers, epochs: 1 });
        // Nothing is in the caches, so that each decodes all images.
        const cacheDirectory = path.join(root, `cache-${strategy}-${loaderWorkers}`);
        outcomes.push(computed((await runTraining({ ...job, cacheDirectory }, () => undefined, never)).history));
      }
      expect(outcomes[1]).toEqual(outcomes[0]);
      expect(outcomes[2]).toEqual(outcomes[0]);
    },
  );
});

import { cp } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { folderBytes } from '../../../../src/engine/cache/cache-folder.ts';
import { decodedCacheFolder } from '../../../../src/engine/image/decoded-cache.ts';
import { featureCacheFolder } from '../../../../src/engine/training/feature-cache/cached-features.ts';
import type { TrainerJob } from '../../../../src/engine/training/protocol.ts';
import { runTraining } from '../../../../src/engine/training/run-training.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { writeTinyDataset } from '../../../support/tiny-dataset.ts';
import { never, trainingJob } from '../../../support/training-job.ts';

const root = temporaryFolder();
const EVERYTHING = { train: 7, val: 3 };
let dataset = '';
let more = '';
beforeAll(async () => {
  dataset = await writeTinyDataset(path.join(root, 'dataset'), EVERYTHING);
  more = await writeTinyDataset(path.join(root, 'more'), { train: 12, val: 3 });
});

function job(place: string, changes: Partial<TrainerJob> = {}): TrainerJob {
  const usual = trainingJob(path.join(root, place), dataset, { strategy: 'features', epochs: 1 });
  return { ...usual, ...changes };
}

/** Runs, and tells how many images' features were computed. */
async function computedBy(trainerJob: TrainerJob): Promise<number> {
  let computed = 0;
  await runTraining(
    trainerJob,
    (message) => {
      if (message.kind === 'event' && message.body.kind === 'progress' && message.body.phase === 'features') {
        computed = message.body.total;
      }
    },
    never,
  );
  return computed;
}

describe('runs over one frozen prefix', () => {
  it('compute features once, and of images that were added only theirs', async () => {
    expect(await computedBy(job('shared'))).toBe(20);
    expect(await computedBy(job('shared'))).toBe(0);
    await cp(path.join(more, 'train/fine/011.png'), path.join(dataset, 'train/fine/added.png'));
    expect(await computedBy(job('shared'))).toBe(1);
    expect(await computedBy(job('shared'))).toBe(0);
  });

  it.each([
    { what: 'weights', changes: { seed: 12 } },
    { what: 'precision', changes: { precision: { frozen: 'bfloat16', trainable: 'float32' } } },
    { what: 'boundary', changes: { rules: [{ action: 'thaw', pattern: 'block_13' }] } },
    { what: 'size of images', changes: { network: 'mobilenet_v1_0.25_64' } },
  ] as const)('of other $what share none', async ({ changes }) => {
    await computedBy(job('kept'));
    const { plan } = job('kept');
    const rules = 'rules' in changes ? [...changes.rules] : [];
    expect(await computedBy(job('kept', { plan: { ...plan, ...changes, rules } }))).toBeGreaterThanOrEqual(20);
  });

  it('keep to the limit that they are given', async () => {
    const limited = job('limited', { cacheLimitBytes: 1 });
    const sizes = async (): Promise<readonly number[]> =>
      Promise.all(
        [featureCacheFolder, decodedCacheFolder].map((folderOf) => folderBytes(folderOf(limited.cacheDirectory))),
      );
    const { warnings } = await runTraining(limited, () => undefined, never);
    expect(warnings).toEqual([expect.stringContaining('`thaw cache limit` raises it')]);
    expect(await sizes()).toEqual([0, 0]);
    await computedBy(job('limited'));
    for (const bytes of await sizes()) expect(bytes).toBeGreaterThan(1000);
  });
});

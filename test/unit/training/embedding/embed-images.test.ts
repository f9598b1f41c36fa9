import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { EMBEDDING_STEPS } from '../../../../src/shared/contract/embedding.ts';
import type { RunEventBody } from '../../../../src/shared/contract/event.ts';
import { openDataset } from '../../../../src/engine/dataset/open-dataset.ts';
import { embedImages } from '../../../../src/engine/training/embedding/embed-images.ts';
import type { EmbeddingJob } from '../../../../src/engine/training/extractor-protocol.ts';
import { expectError } from '../../../support/expect-error.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { writeTinyDataset } from '../../../support/tiny-dataset.ts';
import { never, trainingJob } from '../../../support/training-job.ts';

const root = temporaryFolder();
let job: EmbeddingJob;
beforeAll(async () => {
  const folder = await writeTinyDataset(path.join(root, 'dataset'), { train: 12, val: 4 });
  const { images } = await openDataset(folder, { validationShare: 0.2, seed: 0, signal: never });
  const { plan } = trainingJob(root, folder, { strategy: 'features' });
  job = {
    plan,
    layer: null,
    cacheDirectory: path.join(root, 'cache'),
    sourceRunDirectory: null,
    root: folder,
    images,
    laidOut: images.length,
  };
});

describe('bringing images onto a plane', () => {
  it('lays out as many as it is told to, and places the others among them', async () => {
    const told: RunEventBody[] = [];
    const { coordinates, placed, skipped, layers } = await embedImages(
      { ...job, laidOut: 20 },
      (body) => told.push(body),
      never,
    );
    expect([placed, skipped, layers.length]).toEqual([job.images.length - 20, [], 1]);
    expect(coordinates).toHaveLength(job.images.length * 2);
    expect([...coordinates].every((value) => value >= 0 && value <= 1)).toBe(true);
    const steps = told.flatMap((body) => (body.kind === 'progress' ? [body.detail] : []));
    expect([...new Set(steps)]).toEqual(Object.values(EMBEDDING_STEPS));
  });

  it('gives the same places again, from features that are cached', async () => {
    const first = await embedImages(job, () => undefined, never);
    expect(await embedImages(job, () => undefined, never)).toEqual(first);
  });

  it('takes the means of maps of features where a layer with places is named', async () => {
    const { layers, coordinates } = await embedImages({ ...job, layer: 'conv1_relu' }, () => undefined, never);
    expect(layers).toEqual(['conv1_relu']);
    expect([...coordinates].every(Number.isFinite)).toBe(true);
  });

  it('has no place for an image that cannot be read, and none for too few', async () => {
    const missing = { path: 'gone.png', contentHash: 'f'.repeat(64) };
    const images = [...job.images.slice(0, 7), missing];
    const { coordinates, skipped } = await embedImages({ ...job, images }, () => undefined, never);
    expect(skipped.map((image) => image.path)).toEqual(['gone.png']);
    expect([...coordinates.subarray(14)].every(Number.isNaN)).toBe(true);
    const few = { ...job, images: [...job.images.slice(0, 4), missing] };
    await expectError(() => embedImages(few, () => undefined, never), 'dataset.images', 'found 4');
  });

  it('ends with the reason of its signal', async () => {
    const stopped = AbortSignal.abort(new Error('enough'));
    await expect(embedImages(job, () => undefined, stopped)).rejects.toThrow('enough');
  });
});

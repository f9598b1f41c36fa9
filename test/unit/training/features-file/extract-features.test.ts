import { cp, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { RunEventBody } from '../../../../src/shared/contract/event.ts';
import type { TrainingPlan } from '../../../../src/shared/contract/plan.ts';
import { openDataset } from '../../../../src/engine/dataset/open-dataset.ts';
import { NpzReader } from '../../../../src/engine/numpy/npz-reader.ts';
import { featureFeed } from '../../../../src/engine/graph/program.ts';
import { decodeImage } from '../../../../src/engine/image/decode-image.ts';
import type { FeaturesJob } from '../../../../src/engine/training/extractor-protocol.ts';
import { extractFeatures } from '../../../../src/engine/training/features-file/extract-features.ts';
import { loadExtractor } from '../../../../src/engine/training/features-file/load-extractor.ts';
import { featuresMetadata } from '../../../../src/engine/training/features-file/metadata.ts';
import { expectError } from '../../../support/expect-error.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { writeTinyDataset } from '../../../support/tiny-dataset.ts';
import { never, trainingJob } from '../../../support/training-job.ts';

const root = temporaryFolder();
const MOST = 2 ** 20;
let dataset = '';
beforeAll(async () => {
  dataset = await writeTinyDataset(path.join(root, 'dataset'), { train: 6, val: 3, test: 2 });
});

function job(changes: Partial<FeaturesJob> = {}, plan: Partial<TrainingPlan> = {}): FeaturesJob {
  const { plan: usual } = trainingJob(root, dataset, { strategy: 'features', dropout: 0.2, ...plan });
  return {
    plan: usual,
    cacheDirectory: path.join(root, 'cache'),
    sourceRunDirectory: null,
    layer: null,
    output: path.join(root, 'features.npz'),
    thaw: '0.0.0',
    ...changes,
  };
}

async function contents(file = path.join(root, 'features.npz')) {
  const reader = await NpzReader.open(file);
  try {
    const [json = ''] = await reader.texts('metadata', MOST);
    return {
      names: reader.names,
      features: await reader.floats(reader.names[0] ?? '', MOST),
      labels: await reader.integers('labels', MOST),
      classes: await reader.texts('classes', MOST),
      paths: await reader.texts('paths', MOST),
      splits: await reader.texts('splits', MOST),
      hashes: await reader.texts('content_hashes', MOST),
      metadata: featuresMetadata.parse(JSON.parse(json)),
    };
  } finally {
    await reader.close();
  }
}

describe('features', () => {
  it('are written with all that is known of each image, in the order of the dataset', async () => {
    const told: RunEventBody[] = [];
    const result = await extractFeatures(job(), (body) => told.push(body), never);
    expect(result).toMatchObject({
      arrays: [{ name: 'features', layer: 'pooling', shape: [256] }],
      images: 22,
      labelled: 22,
      classes: ['broad', 'fine'],
      skipped: [],
      warnings: [],
    });
    const { images } = await openDataset(dataset, { validationShare: 0.2, seed: 11 });
    const found = await contents();
    expect(found.features.shape).toEqual([22, 256]);
    expect(found.labels).toEqual(images.map(({ label }) => label));
    expect(found.paths).toEqual(images.map((image) => image.path));
    expect(found.splits).toEqual(images.map(({ split }) => split));
    expect(found.hashes).toEqual(images.map(({ contentHash }) => contentHash));
    expect(found.classes).toEqual(['broad', 'fine']);
    expect(found.metadata).toMatchObject({
      network: 'mobilenet_v1_0.25_32',
      layers: ['pooling'],
      thaw: '0.0.0',
      precision: 'float32',
      weights: { source: { kind: 'none' } },
    });
    expect(told.at(-1)).toMatchObject({ kind: 'progress', phase: 'features', done: 22, total: 22, unit: 'image' });
    expect((await readdir(root)).filter((name) => name.includes('.part'))).toEqual([]);
  });

  it('are what the network gives for the image, also when they come from the cache', async () => {
    const before = await extractFeatures(job(), () => undefined, never);
    expect(before.reused).toBe(22);
    const { features, paths } = await contents();
    const extractor = await loadExtractor(job(), 2, () => undefined);
    try {
      for (const row of [0, 13, 21]) {
        const pixels = await decodeImage(path.join(dataset, paths[row] ?? ''), extractor.preprocessing);
        const output = extractor.session.run('features', { images: { data: [pixels], shape: [] } });
        const expected = output[featureFeed('pooling')]?.data ?? [];
        [...features.data.subarray(row * 256, (row + 1) * 256)].forEach((value, index) =>
          expect(value).toBeCloseTo(Number(expected[index]), 5),
        );
      }
    } finally {
      extractor.session.dispose();
    }
  });

  it.each([
    { what: 'a layer', changes: { layer: 'conv_pw_3_relu' }, plan: {}, layer: 'conv_pw_3_relu', shape: [8, 8, 32] },
    {
      what: 'rules',
      changes: {},
      plan: { rules: [{ action: 'thaw', pattern: 'from:block_13' }] } satisfies Partial<TrainingPlan>,
      layer: 'conv_pw_12_relu',
      shape: [1, 1, 256],
    },
  ])('are taken where $what says', async ({ changes, plan, layer, shape }) => {
    const result = await extractFeatures(job(changes, plan), () => undefined, never);
    expect(result.arrays).toEqual([{ name: 'features', layer, shape }]);
    const { features, metadata } = await contents();
    expect([features.shape, metadata.layers]).toEqual([[22, ...shape], [layer]]);
  });

  it('of a layer on a branch are one array for each tensor that is needed above', async () => {
    const plan = { network: 'resnet50_32' } as const;
    const result = await extractFeatures(job({ layer: 'conv2_block1_1_relu' }, plan), () => undefined, never);
    expect(result.arrays.map(({ name }) => name)).toEqual(['features/pool1_pool', 'features/conv2_block1_1_relu']);
    const { names } = await contents();
    expect(names.slice(0, 2)).toEqual(['features/pool1_pool', 'features/conv2_block1_1_relu']);
  });

  it('of one class are written, with a word about folders that may lie deeper', async () => {
    const folder = { kind: 'folder', path: path.join(root, 'deep') } as const;
    await cp(path.join(dataset, 'test/fine'), path.join(folder.path, 'stripes'), { recursive: true });
    const result = await extractFeatures(job({}, { dataset: folder }), () => undefined, never);
    expect(result).toMatchObject({ images: 2, labelled: 2, classes: ['stripes'] });
    expect(result.warnings).toEqual([expect.stringContaining("'stripes': if the classes lie within")]);
  });

  it('of a folder without class folders have the label -1; what cannot be read is left out and told', async () => {
    const flat = path.join(root, 'flat');
    await mkdir(flat);
    await cp(path.join(dataset, 'train/broad'), flat, { recursive: true });
    await writeFile(path.join(flat, '001.png'), Buffer.from('89504e470d0a1a0a0000', 'hex'));
    await writeFile(path.join(flat, 'notes.txt'), 'not an image');
    const folder = { kind: 'folder', path: flat } as const;
    const result = await extractFeatures(job({}, { dataset: folder }), () => undefined, never);
    expect(result).toMatchObject({ images: 5, labelled: 0, classes: [] });
    expect(result.skipped.map((image) => image.path)).toEqual(['001.png', 'notes.txt']);
    const found = await contents();
    expect(found.features.shape).toEqual([5, 256]);
    expect(found.labels).toEqual([-1, -1, -1, -1, -1]);
    expect(found.paths).toEqual(['000.png', '002.png', '003.png', '004.png', '005.png']);
    expect(found.splits).toEqual(['', '', '', '', '']);

    for (const name of found.paths) await writeFile(path.join(flat, name), Buffer.from('89504e470d0a1a0a01', 'hex'));
    await expectError(
      () => extractFeatures(job({}, { dataset: folder }), () => undefined, never),
      'dataset.images',
      'none among 6',
    );
    // What stood there before stands there still.
    expect((await contents()).paths).toEqual(found.paths);
  });

  it('that are cancelled leave no file, and what was computed is used when they are taken again', async () => {
    const output = path.join(root, 'cancelled.npz');
    const stop = new AbortController();
    const cacheDirectory = path.join(root, 'another-cache');
    const cut = job({ output, cacheDirectory }, { evaluationBatchSize: 4 });
    const cancelled = extractFeatures(
      cut,
      (body) => {
        if (body.kind === 'progress' && body.phase === 'features' && body.done > 0) stop.abort();
      },
      stop.signal,
    );
    await expect(cancelled).rejects.toMatchObject({ name: 'AbortError' });
    expect((await readdir(root)).filter((name) => name.startsWith('cancelled'))).toEqual([]);
    const again = await extractFeatures(cut, () => undefined, never);
    expect(again.images).toBe(22);
    expect(again.reused).toBeGreaterThanOrEqual(4);
    await rm(output);
  });

  it.each([
    [
      'rules that freeze nothing at the bottom',
      {},
      { rules: [{ action: 'thaw', pattern: '/./' }] },
      'usage.invalid',
      '--layer',
    ],
    ['a layer there is not', { layer: 'conv_pw_3_rel' }, {}, 'usage.invalid', 'conv_pw_3_relu'],
  ] as const)('are not taken with %s', async (_, changes, plan, code, words) => {
    const rules = 'rules' in plan ? [...plan.rules] : [];
    await expectError(() => extractFeatures(job(changes, { rules }), () => undefined, never), code, words);
  });
});

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { activations } from '../../../src/shared/contract/activations.ts';
import { channelStatistics, computeActivations } from '../../../src/engine/training/activations.ts';
import { readNpyHeader } from '../../../src/engine/numpy/npy-header.ts';
import { runTraining } from '../../../src/engine/training/run-training.ts';
import type { TrainerJob } from '../../../src/engine/training/protocol.ts';
import { expectError } from '../../support/expect-error.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { thaw } from '../../support/thaw-command.ts';
import { writeTinyDataset } from '../../support/tiny-dataset.ts';
import { never, trainingJob } from '../../support/training-job.ts';

const root = temporaryFolder();
const NETWORK = 'mobilenet_v1_0.25_32';
let image = '';
let job: TrainerJob;
beforeAll(async () => {
  const dataset = await writeTinyDataset(path.join(root, 'dataset'), { train: 4, val: 2 });
  image = path.join(dataset, 'val/fine/000.png');
  job = trainingJob(root, dataset, { epochs: 1 });
  await runTraining(job, () => undefined, never);
});

const ofRun = (layer: string) =>
  computeActivations({
    source: { kind: 'run', checkpoint: 'best', runDirectory: job.runDirectory, network: NETWORK },
    image,
    layer,
  });

describe('the activations of a layer', () => {
  it.each([
    ['conv1_relu', [16, 16, 8]],
    ['conv_pw_13_relu', [1, 1, 256]],
    ['logits', [2]],
  ])('have its shape, and statistics by channel: %s', async (layer, shape) => {
    const found = await ofRun(layer);
    expect(found.shape).toEqual(shape);
    expect(found.channels).toHaveLength(shape.at(-1) ?? 0);
    expect(found.values).toHaveLength(shape.reduce((product, size) => product * size, 1));
    if (layer.endsWith('relu'))
      expect(Math.min(...found.channels.map(({ minimum }) => minimum))).toBeGreaterThanOrEqual(0);
    const { mean, maximum } = found.channels[0] ?? { mean: NaN, maximum: NaN };
    expect(mean).toBeLessThanOrEqual(maximum);
  });

  it('of a layer that is not there are none: near names are told', async () => {
    await expectError(() => ofRun('conv1_rely'), 'usage.noMatch', 'conv1_relu', 'is none of its');
  });

  it('are those that a layer above computes with', async () => {
    const [before, after] = [await ofRun('conv1_bn'), await ofRun('conv1_relu')];
    expect(after.values).toEqual(before.values.map((value) => Math.min(6, Math.max(0, value))));
  });
});

describe('the statistics of channels', () => {
  it('are over all places of the image', () => {
    expect(channelStatistics(Float32Array.of(0, 1, 2, 1, 4, 1, 2, 1), 2)).toEqual([
      { mean: 2, standardDeviation: Math.SQRT2, minimum: 0, maximum: 4, zeros: 0.25 },
      { mean: 1, standardDeviation: 0, minimum: 1, maximum: 1, zeros: 0 },
    ]);
  });
});

describe('`thaw activations`', () => {
  const surroundings = { home: path.join(root, 'home') };
  const NETWORK_FLAGS = ['--network', 'mobilenet_v1_0.25_96', '--layer', 'conv_pw_5_relu'];

  it('tells of a network with the weights that ship, and writes what NumPy reads', async () => {
    const out = path.join(root, 'values.npy');
    const { code, stdout, stderr } = await thaw(
      ['activations', image, ...NETWORK_FLAGS, '--out', out, '--json'],
      surroundings,
    );
    expect([code, stderr]).toEqual([0, '']);
    const told = activations.omit({ values: true }).parse(JSON.parse(stdout));
    expect(told).toMatchObject({ network: 'mobilenet_v1_0.25_96', layer: 'conv_pw_5_relu', shape: [12, 12, 64] });
    expect(told.channels).toHaveLength(64);
    const bytes = readFileSync(out);
    const header = readNpyHeader(bytes);
    expect(header).toMatchObject({ description: '<f4', fortranOrder: false, shape: [12, 12, 64] });
    const values = new Float32Array(
      bytes.buffer.slice(bytes.byteOffset + header.bytes, bytes.byteOffset + bytes.length),
    );
    expect(values).toHaveLength(12 * 12 * 64);
    expect(channelStatistics(values, 64)).toEqual(told.channels);
  });

  it.each([
    [['--layer', 'conv1'], 2, '--run'],
    [['--layer', 'conv1', '--run', 'nope'], 1, 'nope'],
    [['--layer', 'conv9', '--network', 'mobilenet_v1_0.25_96'], 2, "'conv9'"],
    [['--layer', 'conv1', '--network', 'resnet50_224'], 2, '--weights'],
  ] as const)('refuses %j', async (flags, exit, word) => {
    const { code, stderr } = await thaw(['activations', image, ...flags], surroundings);
    expect(code).toBe(exit);
    expect(stderr).toContain(word);
    expect(stderr).toMatch(/^error: .+\nhint: .+\n$/);
  });
});

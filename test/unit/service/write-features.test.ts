import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createService } from '../../../src/engine/service/create-service.ts';
import { windowTransport } from '../../../src/engine/service/window-transport.ts';
import { findNetwork } from '../../../src/engine/network/registry.ts';
import { networkTensors } from '../../../src/engine/network/shape.ts';
import { initialValues } from '../../../src/engine/weights/initialise.ts';
import { writeSafetensors } from '../../../src/engine/weights/safetensors-writer.ts';
import type { TaskEvent } from '../../../src/shared/contract/event.ts';
import type { FeaturesRequest } from '../../../src/shared/contract/features.ts';
import type { ErrorCode } from '../../../src/shared/errors/thaw-error.ts';
import { expectError } from '../../support/expect-error.ts';
import { writeNumpyFile } from '../../support/features-file.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { writeTinyDataset } from '../../support/tiny-dataset.ts';

const root = temporaryFolder();
const home = path.join(root, 'home');
const service = createService({ home, cache: path.join(root, 'cache') });
afterAll(() => service.close());
const { transport } = service;

const weights = path.join(root, 'weights.safetensors');
let dataset = '';
beforeAll(async () => {
  mkdirSync(home);
  dataset = await writeTinyDataset(path.join(root, 'stripes'), { train: 6, val: 3 });
  const network = findNetwork('mobilenet_v1_0.25_32').build();
  const values = initialValues(network, 1);
  const tensors = networkTensors(network).map(({ name, shape }) => {
    return [name, { shape, data: values.get(name) ?? new Float32Array() }] as const;
  });
  await writeSafetensors(weights, new Map(tensors), {});
});

const usual = () =>
  ({
    network: 'mobilenet_v1_0.25_32',
    weights: { kind: 'file', path: weights },
    dataset: { kind: 'folder', path: dataset },
  }) as const;
const output = (name: string) => ({ kind: 'file', path: path.join(root, name) }) as const;

describe('taking features through the contract', () => {
  it('tells how far it is, and answers with what was written', async () => {
    const told: TaskEvent[] = [];
    const end = transport.subscribe('task', (event) => told.push(event));
    const request = { ...usual(), output: output('a.npz'), taskId: 'features' };
    const result = await transport.invoke('features.write', request);
    end();
    expect(result).toMatchObject({
      path: path.join(root, 'a.npz'),
      images: 18,
      labelled: 18,
      classes: ['broad', 'fine'],
    });
    expect(told.map(({ sequence }) => sequence)).toEqual(told.map((_, index) => index + 1));
    expect(told[0]).toMatchObject({ taskId: 'features', unit: 'image', detail: 'reading the dataset' });
    expect(told.at(-1)).toMatchObject({ done: 18, total: 18, detail: '' });
  });

  it('ends when it is cancelled, with no file', async () => {
    const end = transport.subscribe('task', ({ taskId }) => {
      if (taskId === 'cancelled') void transport.invoke('task.cancel', { taskId });
    });
    const request = { ...usual(), output: output('cancelled.npz'), taskId: 'cancelled' };
    await expectError(() => transport.invoke('features.write', request), 'task.cancelled');
    end();
    expect(readdirSync(root).filter((name) => name.startsWith('cancelled'))).toEqual([]);
  });

  it('writes for a window into a folder that was granted to it', async () => {
    const folder = path.join(root, 'exports');
    mkdirSync(folder);
    const { grantId } = await service.grant(folder);
    const window = windowTransport(service);
    const result = await window.invoke('features.write', {
      dataset: { kind: 'sample' },
      output: { kind: 'granted', grantId, name: 'sample.npz' },
    });
    expect([result.images, existsSync(path.join(folder, 'sample.npz'))]).toEqual([140, true]);
    for (const name of ['../sample.npz', 'a/b.npz', 'sample.txt']) {
      const request = { output: { kind: 'granted', grantId, name } } as const;
      await expectError(() => window.invoke('features.write', request), 'usage.invalid', 'name');
    }
    const file = await service.grant(path.join(folder, 'sample.npz'));
    const { runId, plan } = await window.invoke('training.start', {
      dataset: { kind: 'granted', grantId: file.grantId },
      epochs: 1,
    });
    expect(plan).toMatchObject({ dataset: { kind: 'features' }, network: 'mobilenet_v1_0.25_96' });
    expect((await window.invoke('training.wait', { runId })).status).toBe('finished');
  });

  const freezing = (pattern: string) => ({ rules: [{ action: 'freeze' as const, pattern }] });
  const refused: readonly (readonly [string, Partial<FeaturesRequest>, ErrorCode, string])[] = [
    ['an ending that NumPy does not know', { output: output('a.txt') }, 'usage.invalid', '.npz'],
    ['a folder that is not there', { output: output('gone/a.npz') }, 'usage.invalid', 'gone'],
    ['both a layer and rules', { layer: 'conv1', ...freezing('stem') }, 'usage.invalid', "'conv1'"],
    ['a layer there is not', { layer: 'conv_pw_3_rel' }, 'usage.invalid', "'conv_pw_3_relu'"],
    ['a rule that means nothing', freezing('zzz'), 'usage.noMatch', 'zzz'],
  ];
  it.each(refused)('refuses %s', async (_, changes, code, words) => {
    const request = { ...usual(), output: output('refused.npz'), ...changes };
    await expectError(() => transport.invoke('features.write', request), code, words);
  });

  it('leaves nothing of a file whose process died', async () => {
    const end = transport.subscribe('task', ({ taskId, detail }) => {
      const [partial] = readdirSync(root).filter((name) => name.startsWith('killed.npz'));
      const pid = Number(partial?.split('.')[2]);
      if (taskId === 'killed' && detail === '' && pid > 0) process.kill(pid, 'SIGKILL');
    });
    const request = { ...usual(), output: output('killed.npz'), layer: 'conv1', taskId: 'killed' };
    await expectError(() => transport.invoke('features.write', request), 'training.process', 'SIGKILL');
    end();
    expect(readdirSync(root).filter((name) => name.startsWith('killed'))).toEqual([]);
  });
});

describe('training on features through the contract', () => {
  const train = (name: string, changes: Readonly<Record<string, unknown>> = {}) =>
    transport.invoke('training.start', {
      dataset: { kind: 'features', path: path.join(root, name) },
      epochs: 1,
      ...changes,
    });

  beforeAll(async () => {
    await writeNumpyFile(path.join(root, 'others.npz'), {
      floats: { features: { shape: [8, 3], data: Array.from({ length: 24 }, (_, index) => Math.sin(index)) } },
      integers: { labels: [0, 1, 0, 1, 0, 1, 0, 1] },
    });
  });

  it('takes network and weights from the file, and looks at images with what it learnt', async () => {
    const { runId, plan } = await train('a.npz');
    expect(plan).toMatchObject({ network: 'mobilenet_v1_0.25_32', weights: { kind: 'file', path: weights } });
    expect(await transport.invoke('training.wait', { runId })).toMatchObject({
      status: 'finished',
      frozenTensors: 135,
    });
    const images = [path.join(dataset, 'val/fine/000.png')];
    const { predictions } = await transport.invoke('predict', { runId, images, top: 2 });
    expect(predictions[0]?.classes.map(({ name }) => name).sort()).toEqual(['broad', 'fine']);
  });

  it('of others trains a head, and says that it cannot look at images', async () => {
    const { runId, plan } = await train('others.npz');
    expect(plan).toMatchObject({ network: 'features_3', weights: { kind: 'none' } });
    expect(await transport.invoke('training.wait', { runId })).toMatchObject({ status: 'finished' });
    const request = { runId, images: [path.join(dataset, 'val/fine/000.png')], top: 1 };
    await expectError(() => transport.invoke('predict', request), 'run.state', 'features_3', 'knows no such network');
  });

  it.each([
    [
      'another network',
      'a.npz',
      { network: 'resnet50' },
      'features.mismatch',
      ['mobilenet_v1_0.25_32', 'resnet50_224', 'features_256'],
    ],
    ['a network for features of others', 'others.npz', { network: 'resnet50' }, 'features.mismatch', ['features_3']],
    ['a layer below that trains', 'a.npz', { strategy: 'finetune' }, 'usage.invalid', ["'pooling'", "'conv1'"]],
    [
      'augmentation',
      'a.npz',
      { augmentation: { horizontalFlip: true, randomResizedCrop: null } },
      'usage.invalid',
      ['Augmentation'],
    ],
    ['a file that is gone', 'gone.npz', {}, 'features.unreadable', ['nothing of that name']],
  ] as const)('refuses %s before a run is begun', async (_, name, changes, code, words) => {
    const before = (await transport.invoke('runs.list', {})).total;
    await expectError(() => train(name, changes), code, ...words);
    expect((await transport.invoke('runs.list', {})).total).toBe(before);
  });

  it('without the weights they were computed with says so, and trains a head alone where asked to', async () => {
    await rename(weights, `${weights}.away`);
    await expectError(() => train('a.npz'), 'weights.missing', weights, '--network features_256');
    const { runId, plan } = await train('a.npz', { network: 'features_256' });
    expect(plan).toMatchObject({ network: 'features_256', weights: { kind: 'none' } });
    expect(await transport.invoke('training.wait', { runId })).toMatchObject({ status: 'finished' });
    const moved = await train('a.npz', { weights: { kind: 'file', path: `${weights}.away` } });
    expect(await transport.invoke('training.wait', { runId: moved.runId })).toMatchObject({ status: 'finished' });
    await rename(`${weights}.away`, weights);
  });

  it('images do not go into a network of features alone, and features are planned on whatever was asked', async () => {
    const images = { network: 'features_256', dataset: { kind: 'folder', path: dataset } } as const;
    await expectError(() => transport.invoke('training.start', images), 'usage.invalid', 'features_256');
    const features = { dataset: { kind: 'features', path: path.join(root, 'a.npz') } } as const;
    const preview = await transport.invoke('plan.preview', {
      ...features,
      network: 'mobilenet_v1_0.25_32',
      weights: usual().weights,
    });
    expect([preview.problems, preview.datasetKnown]).toEqual([[], true]);
    await rm(path.join(root, 'a.npz'));
  });
});

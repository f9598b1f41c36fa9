import { appendFileSync, copyFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createService } from '../../../src/engine/service/create-service.ts';
import { findNetwork } from '../../../src/engine/network/registry.ts';
import { networkTensors } from '../../../src/engine/network/shape.ts';
import { RESOURCES } from '../../../src/engine/training/resources.ts';
import { initialValues } from '../../../src/engine/weights/initialise.ts';
import { openWeights } from '../../../src/engine/weights/open.ts';
import { writeSafetensors } from '../../../src/engine/weights/safetensors-writer.ts';
import { layerInspection, type LayerInspection } from '../../../src/shared/contract/inspection.ts';
import type { Request } from '../../../src/shared/contract/endpoint.ts';
import { expectError } from '../../support/expect-error.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { writeTinyDataset } from '../../support/tiny-dataset.ts';

const home = temporaryFolder();
const service = createService({ home, cache: path.join(home, 'cache') });
afterAll(() => service.close());

const SHIPPED = path.join(RESOURCES, 'networks/mobilenet_v1_0.25_96/weights.safetensors');

async function inspect(request: Request<'layer.inspect'>): Promise<LayerInspection> {
  return layerInspection.parse(await service.transport.invoke('layer.inspect', request));
}

/** The named tensor of a layer. */
function tensor({ tensors }: LayerInspection, name: string): LayerInspection['tensors'][number] {
  const found = tensors.find((entry) => entry.name === name);
  if (!found) throw new TypeError(`There is no '${name}' among ${tensors.map((entry) => entry.name).join(', ')}.`);
  return found;
}

describe('a layer before training', () => {
  it('tells of each tensor what the weight file holds, under the name it has there', async () => {
    const found = await inspect({ layer: 'conv_dw_3' });
    const kernel = tensor(found, 'conv_dw_3/depthwise_kernel');
    const file = await openWeights(SHIPPED);
    const values = file.read('conv_dw_3/depthwise_kernel');
    file.close();
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(kernel).toMatchObject({
      shape: [3, 3, 32, 1],
      trainable: false,
      origin: 'mobilenet_v1_0.25_96/weights.safetensors: conv_dw_3/depthwise_kernel',
      unchanged: null,
      proof: null,
      drift: null,
    });
    expect(kernel.values?.mean).toBeCloseTo(mean, 6);
    expect(kernel.values?.minimum).toBe(Math.min(...values));
    expect(kernel.values?.maximum).toBe(Math.max(...values));
    expect(kernel.values?.first).toEqual(values.slice(0, 64));
    expect(kernel.values?.histogram).toHaveLength(64);
    expect(kernel.values?.histogram.reduce((sum, count) => sum + count, 0)).toBe(values.length);
  });

  it('tells of a new head only how it will be drawn', async () => {
    const { layer, tensors } = await inspect({ layer: 'logits', plan: { seed: 7 } });
    expect(layer).toMatchObject({ state: 'trainable', kind: 'dense' });
    expect(tensors.map(({ name, origin, values, trainable }) => [name, origin, values, trainable])).toEqual([
      ['logits/kernel', 'Initialiser: Glorot uniform, seed 7', null, true],
      ['logits/bias', 'Initialiser: zeros', null, true],
    ]);
  });

  it("tells of a head what the weights' own classifier of the same classes gives it, unless it is to begin anew", async () => {
    const folder = await writeTinyDataset(path.join(home, 'two'), { train: 2, val: 2 });
    const network = findNetwork('mobilenet_v1_0.25_32').buildWithTop(2);
    const initial = initialValues(network, 3);
    const tensors = networkTensors(network).map(
      ({ name, shape }) => [name, { shape, data: initial.get(name) ?? new Float32Array() }] as const,
    );
    const weights = path.join(home, 'with-top.safetensors');
    await writeSafetensors(weights, new Map(tensors), {});
    const dataset = { kind: 'folder', path: folder } as const;
    await service.transport.invoke('dataset.open', { dataset });
    const plan = { dataset, network: network.name, weights: { kind: 'file', path: weights } } as const;

    const kept = tensor(await inspect({ layer: 'logits', plan }), 'logits/kernel');
    expect(kept.origin).toBe(`${path.basename(home)}/with-top.safetensors: conv_preds/kernel`);
    expect(kept.values?.first).toEqual(initial.get('conv_preds/kernel')?.slice(0, 64));
    const anew = tensor(await inspect({ layer: 'logits', plan: { ...plan, newHead: true } }), 'logits/kernel');
    expect(anew.values).toBeNull();
  });

  it('tells of a thawed BatchNorm that its statistics are not trained', async () => {
    const rules = [{ action: 'thaw', pattern: 'conv_pw_13_bn' } as const];
    const { layer, tensors } = await inspect({ layer: 'conv_pw_13_bn', plan: { rules } });
    expect(layer).toMatchObject({ state: 'trainable', statistics: 'moving' });
    expect(tensors.map(({ name, trainable }) => [name.split('/')[1], trainable])).toEqual([
      ['gamma', true],
      ['beta', true],
      ['moving_mean', false],
      ['moving_variance', false],
    ]);
  });

  it('has no tensors where it has no parameters', async () => {
    expect((await inspect({ layer: 'conv_pw_13_relu' })).tensors).toEqual([]);
  });

  it('is told of a file as it is now', async () => {
    const weights = path.join(home, 'copy.safetensors');
    copyFileSync(SHIPPED, weights);
    const request = { layer: 'conv1', plan: { weights: { kind: 'file', path: weights } } } as const;
    expect((await inspect(request)).tensors[0]?.origin).toContain('copy.safetensors: conv1/kernel');
    appendFileSync(weights, 'more than its tensors');
    await expectError(() => inspect(request), 'weights.unreadable', 'nothing else');
    copyFileSync(SHIPPED, weights);
    expect((await inspect(request)).tensors).toHaveLength(1);
  });

  it.each<
    readonly [
      string,
      Request<'layer.inspect'>,
      'usage.noMatch' | 'usage.invalid' | 'weights.missing' | 'run.unknown',
      string,
    ]
  >([
    ['a layer of no such name', { layer: 'conv_dw_33' }, 'usage.noMatch', "'conv_dw_33'"],
    ['a network of no such name', { layer: 'conv1', plan: { network: 'none' } }, 'usage.invalid', "'none'"],
    [
      'weights that are not there',
      { layer: 'conv1', plan: { weights: { kind: 'file', path: '/no/such.h5' } } },
      'weights.missing',
      '/no/such.h5',
    ],
    ['a run that is not there', { layer: 'conv1', runId: 'nope' }, 'run.unknown', 'nope'],
  ])('refuses %s', async (_, request, code, words) => {
    await expectError(() => inspect(request), code, words);
  });
});

describe('a layer of a run', () => {
  let runId = '';
  let weights = '';
  beforeAll(async () => {
    weights = path.join(home, 'pretrained.safetensors');
    copyFileSync(SHIPPED, weights);
    const dataset = await writeTinyDataset(path.join(home, 'photos'), { train: 8, val: 4 });
    const started = await service.transport.invoke('training.start', {
      dataset: { kind: 'folder', path: dataset },
      weights: { kind: 'file', path: weights },
      rules: [{ action: 'thaw', pattern: 'block_13' }],
      epochs: 2,
      batchSize: 4,
    });
    ({ runId } = started);
    const { status, error } = await service.transport.invoke('training.wait', { runId });
    if (status !== 'finished') throw new Error(`The run ended as ${status}: ${error?.message ?? ''}`);
  });

  it('is proven unchanged where it was frozen, and has not drifted', async () => {
    const found = tensor(await inspect({ layer: 'conv_pw_5', runId }), 'conv_pw_5/kernel');
    expect(found).toMatchObject({ trainable: false, unchanged: true, drift: 0 });
    expect(found.proof?.before).toMatch(/^[0-9a-f]{64}$/);
    expect(found.proof?.after).toBe(found.proof?.before);
    expect(found.origin).toContain('pretrained.safetensors: conv_pw_5/kernel');
  });

  it('has drifted a little from the file where it was thawed, and has no proof', async () => {
    const found = tensor(await inspect({ layer: 'conv_pw_13', runId }), 'conv_pw_13/kernel');
    expect(found).toMatchObject({ trainable: true, unchanged: null, proof: null });
    expect(found.drift).toBeGreaterThan(0);
    expect(found.drift).toBeLessThan(1);
  });

  it('has drifted from what its initialiser drew where it was new', async () => {
    const { tensors } = await inspect({ layer: 'logits', runId });
    const [kernel, bias] = tensors;
    expect(kernel?.origin).toBe('Initialiser: Glorot uniform, seed 42');
    expect(kernel?.drift).toBeGreaterThan(0);
    // From zeros there is no telling how far it went, relative to what it was.
    expect(bias?.drift).toBeNull();
    expect(bias?.values?.maximum).not.toBe(0);
  });

  it('calibrates what the next plan is told to cost', async () => {
    const { cost } = await service.transport.invoke('plan.preview', {});
    expect(cost?.calibratedBy).toBe(1);
  });

  it('keeps its proof when the file has changed, but its drift is not known', async () => {
    appendFileSync(weights, ' ');
    const found = tensor(await inspect({ layer: 'conv_pw_5', runId }), 'conv_pw_5/kernel');
    expect(found).toMatchObject({ unchanged: true, drift: null });
    expect(found.origin).toContain('changed or moved');
  });
});

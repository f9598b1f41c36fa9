import { describe, expect, it } from 'vitest';
import type { Layer, Network } from '../../../src/engine/network/layer.ts';
import { loadWeights } from '../../../src/engine/weights/load.ts';
import { withNetworkNames } from '../../../src/engine/weights/network-names.ts';
import { openWeights } from '../../../src/engine/weights/open.ts';
import type { WeightsFile } from '../../../src/engine/weights/weights-file.ts';
import { expectedTensors, weightFixture } from '../../support/weight-fixtures.ts';

const kernelInitializer = { kind: 'glorotUniform' } as const;
const sliding = { kernelSize: [3, 3], strides: [1, 1], padding: 'valid', kernelInitializer } as const;

function network(layers: readonly Layer[]): Network {
  return {
    name: 'small',
    family: 'test',
    layers: [{ kind: 'input', shape: [5, 5, 3], name: 'input', inputs: [], block: 'input' }, ...layers],
    output: layers.at(-1)?.name ?? '',
    pretrained: new Set(layers.map(({ name }) => name)),
  };
}

/** The module of `make_torch.py`, its layers named by their paths in it. */
const torchNetwork = network([
  { kind: 'conv2d', name: '0', inputs: ['input'], block: 'a', ...sliding, filters: 4, useBias: false },
  { kind: 'batchNorm', name: '1', inputs: ['0'], block: 'a', epsilon: 1e-5, momentum: 0.9, scale: true, center: true },
  { kind: 'depthwiseConv2d', name: '2', inputs: ['1'], block: 'a', ...sliding, depthMultiplier: 2, useBias: true },
  { kind: 'reshape', name: '3', inputs: ['2'], block: 'a', shape: [8] },
  { kind: 'dense', name: '4', inputs: ['3'], block: 'a', units: 2, useBias: true, kernelInitializer },
]);

function fileOf(tensors: Readonly<Record<string, readonly number[]>>): WeightsFile {
  return {
    path: 'weights',
    format: 'safetensors',
    framework: null,
    sha256: '',
    tensors: new Map(
      Object.entries(tensors).map(([name, shape]) => [name, { shape, dtype: 'float32', storedName: name }]),
    ),
    read: (name) =>
      Float32Array.from({ length: (tensors[name] ?? []).reduce((a, b) => a * b, 1) }, (_, index) => index),
    close: () => undefined,
  };
}

describe('the tensors of a PyTorch module find their layers by its paths in the module', () => {
  it.each(['module.pth', 'checkpoint.pth.tar'])('and all are loaded: %s', async (name) => {
    const { report } = loadWeights(torchNetwork, await openWeights(weightFixture(name)));
    expect(report).toMatchObject({ missing: [], skippedByShape: [], unexpected: [] });
    expect(report.loaded).toEqual([
      '0/kernel',
      '1/gamma',
      '1/beta',
      '1/moving_mean',
      '1/moving_variance',
      '2/depthwise_kernel',
      '2/bias',
      '4/kernel',
      '4/bias',
    ]);
  });

  /** [stored name, its shape in the file, the index in the file for each index in the network's layout] */
  const kernels: readonly (readonly [string, string, readonly number[], (place: readonly number[]) => number[]])[] = [
    ['a convolution', '0/kernel', [3, 3, 3, 4], ([h = 0, w = 0, i = 0, o = 0]) => [o, i, h, w]],
    ['a depthwise one', '2/depthwise_kernel', [3, 3, 4, 2], ([h = 0, w = 0, c = 0, m = 0]) => [c * 2 + m, 0, h, w]],
    ['a dense layer', '4/kernel', [8, 2], ([i = 0, o = 0]) => [o, i]],
  ];
  it.each(kernels)('the kernel of %s is turned as TensorFlow lays it out', async (_, name, shape, storedPlace) => {
    const stored = `${name[0] ?? ''}.weight`;
    const expected = expectedTensors('torch.json')['module.pth']?.[stored] ?? { shape: [], values: [] };
    const file = withNetworkNames(torchNetwork, await openWeights(weightFixture('module.pth')));
    expect(file.tensors.get(name)).toMatchObject({ shape, storedName: stored });
    expect(file.tensors.get(name)?.stored?.shape).toEqual(expected.shape);
    const values = file.read(name);
    const offset = (place: readonly number[], sizes: readonly number[]): number =>
      place.reduce((sum, index, axis) => sum * (sizes[axis] ?? 1) + index, 0);
    for (let at = 0; at < values.length; at += 1) {
      let rest = at;
      const place = shape.toReversed().map((size) => {
        const index = rest % size;
        rest = Math.floor(rest / size);
        return index;
      });
      expect(values[at]).toBe(expected.values[offset(storedPlace(place.toReversed()), expected.shape)]);
    }
  });

  it('a transposed convolution has [in, out, height, width] for [height, width, out, in]', () => {
    const deconvolution = network([
      { kind: 'conv2dTranspose', name: 'up.0', inputs: ['input'], block: 'a', ...sliding, filters: 2, useBias: true },
    ]);
    const file = withNetworkNames(
      deconvolution,
      fileOf({ 'module.up.0.weight': [3, 2, 3, 3], 'module.up.0.bias': [2] }),
    );
    expect(file.tensors.get('up.0/kernel')?.shape).toEqual([3, 3, 2, 3]);
    // [0, 0, 1, 2] of the network is [2, 1, 0, 0] of the file.
    expect(file.read('up.0/kernel')[1 * 3 + 2]).toBe(2 * 18 + 1 * 9);
  });

  it('a parameter that no layer has keeps its name', () => {
    const file = withNetworkNames(
      torchNetwork,
      fileOf({ '0.weight': [4, 3, 3, 3], 'other.weight': [7], '1.alpha': [4] }),
    );
    expect([...file.tensors.keys()]).toEqual(['0/kernel', 'other.weight', '1.alpha']);
  });
});

describe('other frameworks call them otherwise', () => {
  const scope = 'resnet_v2_50/block1/unit_1/bottleneck_v2';
  const slimNetwork = network([
    { kind: 'conv2d', name: `${scope}/conv1`, inputs: ['input'], block: 'a', ...sliding, filters: 4, useBias: true },
    {
      kind: 'depthwiseConv2d',
      name: 'Conv2d_1_depthwise',
      inputs: [`${scope}/conv1`],
      block: 'a',
      ...sliding,
      depthMultiplier: 1,
      useBias: false,
    },
    {
      kind: 'batchNorm',
      name: 'Conv2d_1_depthwise/BatchNorm',
      inputs: ['Conv2d_1_depthwise'],
      block: 'a',
      epsilon: 1e-3,
      momentum: 0.99,
      scale: false,
      center: true,
    },
  ]);
  const statistics = {
    'Conv2d_1_depthwise/BatchNorm/beta': [4],
    'Conv2d_1_depthwise/BatchNorm/moving_mean': [4],
    'Conv2d_1_depthwise/BatchNorm/moving_variance': [4],
  };

  it('TF-slim its weights and biases', () => {
    const file = fileOf({
      [`${scope}/conv1/weights`]: [3, 3, 3, 4],
      [`${scope}/conv1/biases`]: [4],
      'Conv2d_1_depthwise/depthwise_weights': [3, 3, 4, 1],
      ...statistics,
    });
    const { report } = loadWeights(slimNetwork, file);
    expect(report).toMatchObject({ missing: [], skippedByShape: [], unexpected: [] });
    expect(report.loaded).toHaveLength(6);
  });

  it('Keras 3 the kernel of a depthwise convolution', () => {
    const file = fileOf({
      [`${scope}/conv1/kernel`]: [3, 3, 3, 4],
      [`${scope}/conv1/bias`]: [4],
      'Conv2d_1_depthwise/kernel': [3, 3, 4, 1],
      ...statistics,
    });
    expect(loadWeights(slimNetwork, file).report).toMatchObject({ missing: [], skippedByShape: [], unexpected: [] });
  });

  it("and shapes that do not fit are told under the network's names", () => {
    const file = fileOf({ [`${scope}/conv1/weights`]: [1, 1, 3, 4], [`${scope}/conv1/biases`]: [4], ...statistics });
    expect(loadWeights(slimNetwork, file).report).toMatchObject({
      skippedByShape: [{ name: `${scope}/conv1/kernel`, found: [1, 1, 3, 4] }],
      missing: ['Conv2d_1_depthwise/depthwise_kernel'],
    });
  });
});

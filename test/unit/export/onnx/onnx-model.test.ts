import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import type { ExportedNetwork } from '../../../../src/engine/export/exported-network.ts';
import { frozenGraph } from '../../../../src/engine/export/frozen-graph.ts';
import { assertOnnx } from '../../../../src/engine/export/onnx/assert-onnx.ts';
import { onnxModel } from '../../../../src/engine/export/onnx/onnx-model.ts';
import type { ForeignGraph } from '../../../../src/engine/network/foreign/foreign-graph.ts';
import { withHead } from '../../../../src/engine/network/head.ts';
import type { Layer, Network } from '../../../../src/engine/network/layer.ts';
import type { Preprocessing } from '../../../../src/engine/network/preprocessing.ts';
import { findNetwork } from '../../../../src/engine/network/registry.ts';
import { elementCount, layerShapes, networkTensors } from '../../../../src/engine/network/shape.ts';
import { ALL_LAYERS_SIZE, allLayersNetwork } from '../../../support/all-layers-network.ts';
import { loadGraph, randomValues } from '../../../support/graph-session.ts';

type Unnamed<Each> = Each extends Layer ? Omit<Each, 'name' | 'inputs' | 'block'> : never;
type AnyLayer = Unnamed<Layer>;

const [HEIGHT, WIDTH] = [9, 11];
const BATCH = 2;
const kernelInitializer = { kind: 'zeros' } as const;
const padding = { top: 1, bottom: 2, left: 0, right: 2 };
const conv = { kind: 'conv2d', filters: 6, kernelSize: [3, 3], strides: [1, 1], padding: 'same', useBias: true, kernelInitializer } as const; // prettier-ignore
const pool = { poolSize: [3, 2], strides: [2, 2] } as const;

/** Values that a trained network could have: no variance is below 0, and nothing fades or grows from layer to layer. */
function randomWeights(network: Network): Map<string, Float32Array> {
  return new Map(
    networkTensors(network).map(({ name, role, shape }, index) => {
      const values = randomValues(elementCount(shape), index + 1);
      if (role === 'moving_variance') return [name, values.map((value) => Math.abs(value) + 0.5)];
      if (role === 'gamma') return [name, values.map((value) => 1 + value / 2)];
      const fan = role === 'depthwise_kernel' ? shape.slice(0, 2) : shape.slice(0, -1);
      return [name, values.map((value) => value * Math.sqrt(6 / elementCount(fan)))];
    }),
  );
}

const rgb: Preprocessing = {
  height: HEIGHT,
  width: WIDTH,
  resize: 'stretch',
  kernel: 'bilinear',
  channelOrder: 'rgb',
  scale: [0.011, 0.012, 0.013],
  offset: [-1, -1.5, -2],
};

function modelOf(network: Network, preprocessing = rgb): ExportedNetwork {
  const outputs = layerShapes(network).get(network.output)?.[0] ?? 0;
  const classes = Array.from({ length: outputs === 1 ? 2 : outputs }, (_, index) => `class ${index}`);
  return { network, preprocessing, classes, values: randomWeights(network) };
}

/** Layers in a row, each with a second input where one is named, and all of what comes out as logits. */
function networkOf(layers: readonly (readonly [AnyLayer, string?])[]): Network {
  const input: Layer = { kind: 'input', shape: [HEIGHT, WIDTH, 3], name: 'input', inputs: [], block: 'input' };
  const named = layers.map(([layer, second], index): Layer => {
    const inputs = [index === 0 ? 'input' : String(index - 1), ...(second === undefined ? [] : [second])];
    return { ...layer, name: String(index), inputs, block: String(index) };
  });
  const base = { name: 'tiny', family: 'test', pretrained: new Set<string>() };
  const open = { ...base, layers: [input, ...named], output: named.at(-1)?.name ?? 'input' };
  const shape = layerShapes(open).get(open.output) ?? [];
  if (shape.length === 1) return open;
  const flat: Layer = { kind: 'reshape', shape: [elementCount(shape)], name: 'flat', inputs: [open.output], block: '' };
  return { ...open, layers: [...open.layers, flat], output: 'flat' };
}

/** What TensorFlow computes of our graph, and ONNX Runtime of the model that was written. */
async function computed(model: ExportedNetwork) {
  const { height, width } = model.preprocessing;
  const shape = [BATCH, height, width, 3];
  const data = randomValues(elementCount(shape), 7).map((value) => Math.round(127.5 * (value + 1)));
  const { graph, signature } = frozenGraph(model);
  using session = loadGraph(graph, { predict: signature });
  const expected = session.run('predict', { images: { data, shape } });
  const runtime = await InferenceSession.create(onnxModel(model), { intraOpNumThreads: 1, logSeverityLevel: 3 });
  const found = await runtime.run({ images: new Tensor('float32', data, shape) });
  await runtime.release();
  return (['logits', 'probabilities'] as const).map((name) => ({
    expected: expected[name],
    found: { data: found[name]?.data, shape: found[name]?.dims },
  }));
}

async function expectSame(model: ExportedNetwork): Promise<void> {
  for (const { expected, found } of await computed(model)) {
    expect(found.shape).toEqual(expected?.shape);
    const [own, other] = [Array.from(expected?.data as Float32Array), Array.from(found.data as Float32Array)];
    // A graph that gives zeros everywhere would agree with anything.
    expect(new Set(own).size).toBeGreaterThan(1);
    const largest = Math.max(...own.map(Math.abs));
    const difference = Math.max(...own.map((value, index) => Math.abs(value - (other[index] ?? NaN))));
    expect(difference / Math.max(1, largest)).toBeLessThan(2e-5);
  }
}

const ACTIVATIONS = [
  'elu', 'gelu', 'gelu_tanh', 'hard_sigmoid', 'hard_swish', 'leaky_relu', 'relu', 'relu6', 'selu', 'sigmoid', 'softmax', 'swish', 'tanh',
] as const; // prettier-ignore

const CASES: readonly (readonly [string, readonly (readonly [AnyLayer, string?])[]])[] = [
  ['a convolution with SAME', [[conv]]],
  ['one of strides that leave an odd pixel', [[{ ...conv, strides: [2, 3], kernelSize: [4, 2] }]]],
  ['one whose strides are larger than its kernel', [[{ ...conv, strides: [3, 4], kernelSize: [1, 2] }]]],
  ['one with VALID and no bias', [[{ ...conv, padding: 'valid', useBias: false, strides: [2, 2] }]]],
  ['one with a padding by hand', [[{ ...conv, padding, strides: [2, 1] }]]],
  ['one of groups, dilated', [[conv], [{ ...conv, groups: 3, filters: 9, dilations: [2, 3] }]]],
  ['one with an activation of its own', [[{ ...conv, activation: 'softmax' }]]],
  ['a depthwise one', [[{ ...conv, kind: 'depthwiseConv2d', depthMultiplier: 2, strides: [2, 2] }]]],
  ['a depthwise one, padded by hand', [[{ ...conv, kind: 'depthwiseConv2d', depthMultiplier: 1, padding }]]],
  ['a separable one', [[{ ...conv, kind: 'separableConv2d', depthMultiplier: 2, filters: 5 }]]],
  ['a transposed one with SAME', [[{ ...conv, kind: 'conv2dTranspose', strides: [2, 3], kernelSize: [3, 4] }]]],
  ['one with VALID and a small kernel', [[{ ...conv, kind: 'conv2dTranspose', strides: [3, 2], kernelSize: [2, 2], padding: 'valid' }]]],
  ['one with more output', [[{ ...conv, kind: 'conv2dTranspose', strides: [2, 2], padding: { top: 1, bottom: 1, left: 1, right: 1 }, outputPadding: [1, 0] }]]],
  ['BatchNorm', [[conv], [{ kind: 'batchNorm', epsilon: 1e-2, momentum: 0.9, scale: true, center: true }]]],
  ['BatchNorm of vectors, bare', [[{ kind: 'globalAveragePooling2d', keepDimensions: false }], [{ kind: 'batchNorm', epsilon: 1e-3, momentum: 0.9, scale: false, center: false }]]],
  ['layer norm', [[conv], [{ kind: 'layerNorm', epsilon: 1e-6, scale: true, center: true }]]],
  ['layer norm, bare', [[conv], [{ kind: 'layerNorm', epsilon: 1e-3, scale: false, center: false }]]],
  ['local response norm', [[conv], [{ kind: 'localResponseNorm', depthRadius: 2, bias: 1.5, alpha: 0.4, beta: 0.75 }]]],
  ['leaky ReLU of its own slope', [[conv], [{ kind: 'activation', activation: 'leaky_relu', negativeSlope: 0.01 }]]],
  ['a padding of zeros', [[{ kind: 'zeroPadding2d', padding }]]],
  ['a padding of mirrored pixels', [[{ kind: 'reflectionPadding2d', padding }]]],
  ['bilinear enlargement', [[{ kind: 'resizing', height: 20, width: 13, interpolation: 'bilinear' }]]],
  ['bilinear reduction', [[{ kind: 'resizing', height: 4, width: 5, interpolation: 'bilinear' }]]],
  ['enlargement by the nearest pixels', [[{ kind: 'resizing', height: 20, width: 33, interpolation: 'nearest' }]]],
  ['reduction by the nearest pixels', [[{ kind: 'resizing', height: 3, width: 4, interpolation: 'nearest' }]]],
  ['rescaling in another order', [[{ kind: 'rescaling', scale: [0.5, 2, 1], offset: [1, 2, 3], channelOrder: 'bgr' }]]],
  ['rescaling to grey', [[{ kind: 'rescaling', scale: 3, offset: 0.25, channelOrder: 'grey' }]]],
  ['rescaling of vectors', [[{ kind: 'globalAveragePooling2d', keepDimensions: false }], [{ kind: 'rescaling', scale: [1, 2, 3], offset: 0.5 }]]],
  ['the largest with SAME', [[{ kind: 'maxPool2d', ...pool, padding: 'same' }]]],
  ['the largest, padded by hand', [[{ kind: 'maxPool2d', ...pool, padding: { top: 1, bottom: 2, left: 1, right: 0 } }]]],
  ['the mean with SAME', [[{ kind: 'averagePool2d', ...pool, padding: 'same' }]]],
  ['the mean with VALID', [[{ kind: 'averagePool2d', ...pool, padding: 'valid' }]]],
  ['the mean with its padding', [[{ kind: 'averagePool2d', ...pool, padding: { top: 1, bottom: 1, left: 1, right: 0 } }]]],
  ['the mean without its padding', [[{ kind: 'averagePool2d', ...pool, padding: { top: 1, bottom: 1, left: 1, right: 0 }, countPadding: false }]]],
  ['means of uneven parts', [[{ kind: 'adaptiveAveragePool2d', outputSize: [4, 3] }]]],
  ['means of even parts', [[{ kind: 'adaptiveAveragePool2d', outputSize: [3, 11] }]]],
  ['the largest of uneven parts', [[{ kind: 'adaptiveMaxPool2d', outputSize: [4, 14] }]]],
  ['the mean of all pixels', [[conv], [{ kind: 'globalAveragePooling2d', keepDimensions: true }]]],
  ['dropout', [[{ kind: 'dropout', rate: 0.5 }]]],
  ['a dense layer on a flattened map', [[conv], [{ kind: 'reshape', shape: [HEIGHT * WIDTH * 6] }], [{ kind: 'dense', units: 5, useBias: true, activation: 'tanh', kernelInitializer }]]],
  ['a dense layer without a bias', [[{ kind: 'globalAveragePooling2d', keepDimensions: true }], [{ kind: 'reshape', shape: [3] }], [{ kind: 'dense', units: 4, useBias: false, kernelInitializer }]]],
  ['a reshaped image that is convolved', [[{ kind: 'reshape', shape: [WIDTH, 3, HEIGHT] }], [conv]]],
  ['turned axes', [[conv], [{ kind: 'permute', order: [2, 0, 1] }], [{ ...conv, kernelSize: [2, 2] }]]],
  ['a box', [[conv], [{ kind: 'slice', begin: [1, 2, 3], size: [5, 4, 2] }]]],
  ['a scaled sum', [[conv], [conv], [{ kind: 'add', scale: 0.3 }, '0']]],
  ['a sum with what repeats', [[conv], [{ kind: 'globalAveragePooling2d', keepDimensions: true }], [{ kind: 'add' }, '0']]],
  ['a product of images in both orders', [[conv], [{ kind: 'permute', order: [0, 1, 2] }], [{ kind: 'multiply' }, '0']]],
  ['channels side by side', [[conv], [conv], [{ kind: 'concatenate' }, 'input']]],
  ['vectors side by side', [[conv], [{ kind: 'globalAveragePooling2d', keepDimensions: false }], [{ kind: 'dense', units: 3, useBias: true, kernelInitializer }], [{ kind: 'concatenate' }, '1']]],
  ...ACTIVATIONS.map((activation) => [activation, [[conv], [{ kind: 'activation', activation }]]] as const),
]; // prettier-ignore

describe('an ONNX model', () => {
  it.each(CASES)('computes what our graph does: %s', async (_, layers) => {
    await expectSame(modelOf(networkOf(layers)));
  });

  it('does so for every kind of layer in one network', async () => {
    const square = { ...rgb, height: ALL_LAYERS_SIZE, width: ALL_LAYERS_SIZE };
    await expectSame(modelOf(allLayersNetwork(), square));
  });

  it.each([
    ['bgr', [1, 1, 1], [-103.939, -116.779, -123.68]],
    ['rgb', 1 / 127.5, -1],
  ] as const)('prepares pixels in the order %s', async (channelOrder, scale, offset) => {
    await expectSame(modelOf(networkOf([[conv]]), { ...rgb, channelOrder, scale, offset }));
  });

  it.each([
    ['mobilenet_v1_0.25_32', 'softmax'],
    ['mobilenet_v3_small_1.0_32@torch', 'sigmoid'],
    ['mobilenet_v2_1.0_32@torch', 'softmax'],
    ['squeezenet1_1_32@torch', 'softmax'],
    ['efficientnet_b0_32', 'sigmoid'],
  ] as const)('does so for %s with a head of %s', async (name, head) => {
    const entry = findNetwork(name);
    const network = withHead(entry.build(), { classes: head === 'sigmoid' ? 2 : 3, dropout: 0.2, head });
    await expectSame(modelOf(network, entry.preprocessing));
  });

  it('holds what the output depends on alone', () => {
    const network = networkOf([[conv], [{ kind: 'globalAveragePooling2d', keepDimensions: false }]]);
    const aside: Layer = { ...conv, name: 'aside', inputs: ['input'], block: 'aside' };
    const both = { ...network, layers: [...network.layers, aside] };
    expect(onnxModel(modelOf(both))).toEqual(onnxModel(modelOf(network)));
  });
});

describe('a network that is none of ONNX', () => {
  it('is refused by name where its weights are beyond what a file holds', () => {
    const wide = networkOf([
      [{ kind: 'reshape', shape: [HEIGHT * WIDTH * 3] }],
      [{ kind: 'dense', units: 2_000_000, useBias: false, kernelInitializer }],
    ]);
    expect(() => assertOnnx({ network: wide })).toThrow(/at most 2 GiB; the weights of 'tiny' take 2\.2 GiB/);
    expect(() => assertOnnx({ network: networkOf([[conv]]) })).not.toThrow();
  });

  it('is refused by name where a graph of elsewhere stands in it', () => {
    const graph = { nodes: [], tensors: [], input: '', output: '' } as unknown as ForeignGraph;
    const foreign = networkOf([[{ kind: 'foreignGraph', graph, shape: [3] }]]);
    expect(() => assertOnnx({ network: foreign })).toThrow(/'0' of this run's network is a TensorFlow graph/);
  });
});

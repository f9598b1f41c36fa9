import { describe, expect, it } from 'vitest';
import type { Conv2dLayer, Layer, Network } from '../../../src/engine/network/layer.ts';
import { layerShapes, networkTensors } from '../../../src/engine/network/shape.ts';
import { expectError } from '../../support/expect-error.ts';

function networkOf(...layers: readonly Layer[]): Network {
  const input: Layer = { kind: 'input', shape: [7, 6, 3], name: 'input', inputs: [], block: 'input' };
  return {
    name: 'test',
    family: 'test',
    layers: [input, ...layers],
    output: layers.at(-1)?.name ?? 'input',
    pretrained: new Set(),
  };
}

const pool = (name: string, padding: 'same' | 'valid', size: number): Layer => ({
  kind: 'maxPool2d',
  poolSize: [size, size],
  strides: [2, 2],
  padding,
  name,
  inputs: ['input'],
  block: 'block',
});
const convolution = (options: Partial<Conv2dLayer>): Conv2dLayer => ({
  kind: 'conv2d',
  filters: 6,
  kernelSize: [3, 3],
  strides: [1, 1],
  padding: 'valid',
  useBias: false,
  kernelInitializer: { kind: 'zeros' },
  name: 'conv',
  inputs: ['input'],
  block: 'block',
  ...options,
});
type Unnamed<Each> = Each extends Layer ? Omit<Each, 'name' | 'inputs' | 'block'> : never;
const onInput = (layer: Unnamed<Layer>, ...inputs: readonly string[]): Layer => ({
  ...layer,
  name: 'layer',
  inputs: inputs.length > 0 ? inputs : ['input'],
  block: 'block',
});
const enlarging = { ...convolution({}), kind: 'conv2dTranspose' } as const;
const concatenate = (...inputs: readonly string[]): Layer => ({
  kind: 'concatenate',
  name: 'joined',
  inputs,
  block: 'block',
});

describe('the output of', () => {
  it.each([
    ['pooling that pads', pool('pool', 'same', 3), [4, 3, 3]],
    ['pooling that does not', pool('pool', 'valid', 3), [3, 2, 3]],
    ['average pooling', { ...pool('pool', 'valid', 2), kind: 'averagePool2d' } as Layer, [3, 3, 3]],
    ['a concatenation', concatenate('input', 'input', 'input'), [7, 6, 9]],
    ['adaptive pooling', onInput({ kind: 'adaptiveMaxPool2d', outputSize: [3, 9] }), [3, 9, 3]],
    ['adaptive means', onInput({ kind: 'adaptiveAveragePool2d', outputSize: [1, 2] }), [1, 2, 3]],
    ['a sum', onInput({ kind: 'add' }, 'input', 'input'), [7, 6, 3]],
    ['a permutation', onInput({ kind: 'permute', order: [2, 1, 0] }), [3, 6, 7]],
    ['a slice', onInput({ kind: 'slice', begin: [5, 0, 1], size: [2, 6, 1] }), [2, 6, 1]],
    ['resizing', onInput({ kind: 'resizing', height: 9, width: 2, interpolation: 'nearest' }), [9, 2, 3]],
    [
      'reflection',
      onInput({ kind: 'reflectionPadding2d', padding: { top: 6, bottom: 0, left: 1, right: 2 } }),
      [13, 9, 3],
    ],
  ] as const)('%s', (_, layer, shape) => {
    expect(layerShapes(networkOf(layer)).get(layer.name)).toEqual(shape);
    expect(networkTensors(networkOf(layer))).toEqual([]);
  });
});

describe('a convolution', () => {
  it.each([
    ['dilated', { dilations: [3, 2] }, [1, 2, 6], [3, 3, 3, 6]],
    ['dilated, that pads', { dilations: [3, 2], padding: 'same' }, [7, 6, 6], [3, 3, 3, 6]],
    ['in groups', { groups: 3 }, [5, 4, 6], [3, 3, 1, 6]],
  ] as const)('%s, has its shape and its kernel', (_, options, shape, kernel) => {
    const network = networkOf(convolution(options));
    expect(layerShapes(network).get('conv')).toEqual(shape);
    expect(networkTensors(network).map((tensor) => [tensor.name, tensor.shape])).toEqual([['conv/kernel', kernel]]);
  });
});

describe('layers with tensors', () => {
  it.each([
    ['a transposed convolution', onInput({ ...enlarging, useBias: true, strides: [2, 4] }), [15, 24, 6], { kernel: [3, 3, 6, 3], bias: [6] }], // prettier-ignore
    ['a separable convolution', onInput({ ...enlarging, kind: 'separableConv2d', depthMultiplier: 2, useBias: true }), [5, 4, 6], { depthwise_kernel: [3, 3, 3, 2], pointwise_kernel: [1, 1, 6, 6], bias: [6] }], // prettier-ignore
    [
      'a transposed one that pads',
      onInput({ ...enlarging, padding: 'same', strides: [2, 4] }),
      [14, 24, 6],
      { kernel: [3, 3, 6, 3] },
    ],
    ['a transposed one that pads by hand', onInput({ ...enlarging, padding: { top: 1, bottom: 1, left: 0, right: 3 } }), [7, 5, 6], { kernel: [3, 3, 6, 3] }], // prettier-ignore
    ['a transposed one whose output is padded', onInput({ ...enlarging, strides: [2, 3], outputPadding: [1, 2] }), [16, 20, 6], { kernel: [3, 3, 6, 3] }], // prettier-ignore
    ['a transposed one that pads, whose output is padded', onInput({ ...enlarging, padding: 'same', strides: [2, 4], outputPadding: [0, 3] }), [13, 24, 6], { kernel: [3, 3, 6, 3] }], // prettier-ignore
    ['layer normalisation', onInput({ kind: 'layerNorm', epsilon: 1e-3, scale: true, center: true }), [7, 6, 3], { gamma: [3], beta: [3] }], // prettier-ignore
  ] as const)('%s', (_, layer, shape, tensors) => {
    const network = networkOf(layer);
    expect(layerShapes(network).get('layer')).toEqual(shape);
    expect(Object.fromEntries(networkTensors(network).map((tensor) => [tensor.role, tensor.shape]))).toEqual(tensors);
  });
});

describe('what does not fit is refused, naming the layer', () => {
  it.each([
    ['a window larger than its input', networkOf(pool('pool', 'valid', 8)), ["'pool'", '[7, 6, 3]']],
    [
      'images of two sizes side by side',
      networkOf(pool('pool', 'same', 3), concatenate('input', 'pool')),
      ["'joined'", '[7, 6, 3]', '[4, 3, 3]'],
    ],
    [
      'channels that do not fall into groups',
      networkOf(convolution({ groups: 2 })),
      ["'conv'", '2 equal groups', '3 channels and 6 filters'],
    ],
    [
      'a kernel that is dilated and moves by two',
      networkOf(convolution({ dilations: [2, 2], strides: [2, 1] })),
      ["'conv'", 'dilated by 2 x 2', '2 x 1'],
    ],
    ['a dilated kernel larger than its input', networkOf(convolution({ dilations: [4, 1] })), ["'conv'", '[7, 6, 3]']],
    [
      'two images of two sizes',
      networkOf(pool('pool', 'same', 3), onInput({ kind: 'multiply' }, 'input', 'pool')),
      ["'layer'", '[7, 6, 3] and [4, 3, 3]'],
    ],
    [
      'a reflection of more than there is',
      networkOf(onInput({ kind: 'reflectionPadding2d', padding: { top: 0, bottom: 7, left: 0, right: 0 } })),
      ["'layer'", '(0, 7, 0, 0)', '[7, 6, 3]'],
    ],
    [
      'a size of no pixel',
      networkOf(onInput({ kind: 'resizing', height: 0, width: 2, interpolation: 'nearest' })),
      ["'layer'", '0 x 2', '[7, 6, 3]'],
    ],
    [
      'an order that names a dimension twice',
      networkOf(onInput({ kind: 'permute', order: [0, 1, 1] })),
      ["'layer'", '[0, 1, 1]', '[7, 6, 3]'],
    ],
    [
      'a box that reaches out of its input',
      networkOf(onInput({ kind: 'slice', begin: [5, 0, 1], size: [3, 6, 1] })),
      ["'layer'", '[3, 6, 1] at [5, 0, 1]', '[7, 6, 3]'],
    ],
    [
      'a padding that takes off all',
      networkOf(onInput({ ...enlarging, kernelSize: [1, 1], padding: { top: 4, bottom: 3, left: 0, right: 0 } })),
      ["'layer'", '[7, 6, 3]'],
    ],
    [
      'a response across channels of no image',
      networkOf(
        { kind: 'globalAveragePooling2d', keepDimensions: false, name: 'pool', inputs: ['input'], block: 'block' },
        onInput({ kind: 'localResponseNorm', depthRadius: 2, bias: 1, alpha: 1, beta: 1 }, 'pool'),
      ),
      ["'layer'", '[height, width, channels]', '[3]'],
    ],
    [
      'an output padding beyond the strides',
      networkOf(onInput({ ...enlarging, strides: [2, 2], outputPadding: [0, 2] })),
      ["'layer'", '0 x 2', '2 x 2', '[7, 6, 3]'],
    ],
    [
      'an adaptive pooling to nothing',
      networkOf(onInput({ kind: 'adaptiveMaxPool2d', outputSize: [0, 1] })),
      ["'layer'", '0 x 1', '[7, 6, 3]'],
    ],
    [
      'another number of values',
      networkOf(onInput({ kind: 'reshape', shape: [6, 20] })),
      ["'layer' (reshape)", '[6, 20] holds, 120', '[7, 6, 3]'],
    ],
    [
      'features that are an image still',
      networkOf(onInput({ kind: 'dense', units: 2, useBias: true, kernelInitializer: { kind: 'zeros' } })),
      ["'layer' (dense)", '[features]', '[7, 6, 3]'],
    ],
    [
      'a normalisation of what is neither an image nor a vector',
      networkOf(
        { kind: 'reshape', shape: [6, 21], name: 'rows', inputs: ['input'], block: 'block' },
        onInput({ kind: 'batchNorm', epsilon: 1e-3, momentum: 0.9, scale: true, center: true }, 'rows'),
      ),
      ["'layer' (batchNorm)", '[height, width, channels]', '[6, 21]'],
    ],
    ['a sum of one', networkOf(onInput({ kind: 'add' }, 'input')), ["'layer' (add)", 'two inputs', '1 (input)']],
    [
      'a convolution of two',
      networkOf({ ...convolution({}), inputs: ['input', 'input'] }),
      ["'conv' (conv2d)", 'one input', '2 (input, input)'],
    ],
    ['a layer that nothing feeds', networkOf({ ...convolution({}), inputs: [] }), ["'conv'", 'one input', 'none']],
    ['a stride of nothing', networkOf(convolution({ strides: [1, 0] })), ["'conv'", 'strides', '1 x 0']],
    ['a part of a filter', networkOf(convolution({ filters: 1.5 })), ["'conv'", 'filters', '1.5']],
    [
      'a padding that takes away',
      networkOf(convolution({ padding: { top: 0, bottom: -1, left: 0, right: 0 } })),
      ["'conv'", 'none below 0', '0, -1, 0, 0'],
    ],
    [
      'a window of padding alone',
      networkOf({ ...pool('pool', 'valid', 2), padding: { top: 0, bottom: 0, left: 2, right: 0 } } as Layer),
      ["'pool'", '2 x 2', '0, 0, 2, 0'],
    ],
    [
      'a depthwise kernel that moves by two strides',
      networkOf(onInput({ ...enlarging, kind: 'depthwiseConv2d', depthMultiplier: 1, strides: [1, 2] })),
      ["'layer'", 'one stride', '1 x 2'],
    ],
    ['a name of two layers', networkOf(convolution({}), convolution({})), ["'conv' twice"]],
    ['an output that is no layer', { ...networkOf(convolution({})), output: 'logits' }, ["no layer 'logits'"]],
    ['an input that nobody gives', networkOf(concatenate('input', 'nowhere')), ["'nowhere'"]],
  ] as const)('%s', async (_, network, words) => {
    await expectError(() => layerShapes(network), 'network.invalid', ...words);
  });
});

it('a network is described once, and another of the same layers anew', () => {
  const network = networkOf(pool('pool', 'same', 3));
  expect(layerShapes(network)).toBe(layerShapes(network));
  expect(networkTensors(network)).toBe(networkTensors(network));
  expect(layerShapes({ ...network })).not.toBe(layerShapes(network));
});

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
const convolution = (options: Partial<Conv2dLayer>): Layer => ({
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

import { describe, expect, it } from 'vitest';
import { Graph, type Tensor, type Variable } from '../../../src/engine/graph/graph.ts';
import { lower } from '../../../src/engine/graph/lower.ts';
import type { Layer, Network } from '../../../src/engine/network/layer.ts';
import { layerShapes, networkTensors } from '../../../src/engine/network/shape.ts';
import { checkGradients } from '../../support/finite-differences.ts';

const convolution = {
  kind: 'conv2d',
  filters: 6,
  kernelSize: [3, 3],
  strides: [1, 1],
  padding: 'same',
  useBias: true,
  kernelInitializer: { kind: 'zeros' },
} as const;

const pooling = {
  poolSize: [3, 3],
  strides: [2, 2],
  padding: { top: 1, bottom: 1, left: 1, right: 1 },
} as const;

type Unnamed<Each> = Each extends Layer ? Omit<Each, 'name' | 'inputs' | 'block'> : never;

const layers: Readonly<Record<string, Unnamed<Layer>>> = {
  'a convolution': convolution,
  'a convolution with an activation of its own that looks at its input': { ...convolution, activation: 'swish' },
  'a convolution with a sigmoid of its own': { ...convolution, activation: 'sigmoid' },
  'a dilated convolution': { ...convolution, dilations: [2, 2] },
  'a convolution in groups': { ...convolution, strides: [2, 2], groups: 2 },
  'a separable convolution': { ...convolution, kind: 'separableConv2d', strides: [2, 2], depthMultiplier: 2 },
  'a transposed convolution': { ...convolution, kind: 'conv2dTranspose', strides: [2, 3] },
  'a transposed convolution that pads by hand': {
    ...convolution,
    kind: 'conv2dTranspose',
    useBias: false,
    padding: { top: 1, bottom: 2, left: 0, right: 1 },
  },
  'a transposed convolution whose output is padded': {
    ...convolution,
    kind: 'conv2dTranspose',
    strides: [2, 3],
    padding: { top: 1, bottom: 1, left: 1, right: 1 },
    outputPadding: [1, 2],
  },
  'adaptive pooling': { kind: 'adaptiveAveragePool2d', outputSize: [4, 3] },
  'adaptive pooling of equal parts': { kind: 'adaptiveMaxPool2d', outputSize: [3, 5] },
  'layer normalisation': { kind: 'layerNorm', epsilon: 0.1, scale: true, center: true },
  'layer normalisation without parameters': { kind: 'layerNorm', epsilon: 0.1, scale: false, center: false },
  'local response normalisation': { kind: 'localResponseNorm', depthRadius: 1, bias: 1, alpha: 0.5, beta: 0.75 },
  'padding by reflection': { kind: 'reflectionPadding2d', padding: { top: 1, bottom: 2, left: 3, right: 0 } },
  enlarging: { kind: 'resizing', height: 8, width: 10, interpolation: 'bilinear' },
  shrinking: { kind: 'resizing', height: 3, width: 2, interpolation: 'nearest' },
  'another order of dimensions': { kind: 'permute', order: [2, 0, 1] },
  'a slice': { kind: 'slice', begin: [1, 0, 2], size: [3, 5, 2] },
  'a mean with padding by hand': { ...pooling, kind: 'averagePool2d' },
  'a mean of what lies inside': { ...pooling, kind: 'averagePool2d', countPadding: false },
  'a sum': { kind: 'add' },
  'a sum with a share of the second': { kind: 'add', scale: 0.17 },
  'a product': { kind: 'multiply' },
};

/** The layer on a small image; one of two inputs on a value for each channel of it too, which repeats. */
function networkOf(unnamed: Unnamed<Layer>): Network {
  const input: Layer = { kind: 'input', shape: [6, 5, 4], name: 'input', inputs: [], block: 'input' };
  const gate: Layer = { kind: 'globalAveragePooling2d', keepDimensions: true, name: 'gate', inputs: ['input'], block: 'gate' }; // prettier-ignore
  const isOfTwo = unnamed.kind === 'add' || unnamed.kind === 'multiply';
  const layer: Layer = { ...unnamed, name: 'layer', inputs: isOfTwo ? ['gate', 'input'] : ['input'], block: 'block' };
  const layers = isOfTwo ? [input, gate, layer] : [input, layer];
  return { name: 'test', family: 'test', layers, output: 'layer', pretrained: new Set() };
}

describe('a layer becomes ops of the shape that the network tells, with the gradients of finite differences', () => {
  it.each(Object.entries(layers))('%s', (_, unnamed) => {
    const network = networkOf(unnamed);
    const tensors = networkTensors(network);
    const build = (graph: Graph, input: Tensor, ...values: Tensor[]): Tensor => {
      const variables = new Map<string, Variable>();
      tensors.forEach(({ name, shape }, index) => {
        const value = values[index];
        if (value) variables.set(name, { name, shape, dtype: 'float32', handle: value, value });
      });
      const { outputs } = lower(network.layers, new Map([['input', input]]), {
        graph,
        scope: 'test',
        variables,
        folded: [],
        movingStatistics: new Set(),
        dropoutSeed: null,
        precision: 'float32',
        output: '',
      });
      const output = outputs.get('layer');
      if (!output) throw new Error('The layer has no output.');
      expect(output.shape).toEqual([-1, ...(layerShapes(network).get('layer') ?? [])]);
      return output;
    };
    checkGradients({
      inputs: [{ shape: [2, 6, 5, 4], batched: true }, ...tensors.map(({ shape }) => ({ shape }))],
      build,
      tolerance: 1e-2,
    });
  });
});

it('a layer whose tensors do not fit it is named, with what it needs and what was found', () => {
  const network = networkOf(convolution);
  const graph = new Graph();
  const variables = new Map([
    ['layer/kernel', graph.variable('layer/kernel', [3, 3, 5, 6])],
    ['layer/bias', graph.variable('layer/bias', [6])],
  ]);
  const given = new Map([['input', graph.placeholder('input', 'float32', [-1, 6, 5, 4])]]);
  const options = { folded: [], movingStatistics: new Set<string>(), dropoutSeed: null, output: '' };
  const written = (): unknown =>
    lower(network.layers, given, { graph, scope: 'test', variables, precision: 'float32', ...options });
  expect(written).toThrow(
    "Layer 'layer' cannot be written: 'test/layer' needs a filter of [rows, columns, channels, filters] with the channels " +
      'and the type of its input; received float32 [-1, 6, 5, 4] and float32 [3, 3, 5, 6].',
  );
});

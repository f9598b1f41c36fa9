import { describe, expect, it } from 'vitest';
import type { Graph, Tensor, Variable } from '../../../src/engine/graph/graph.ts';
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

type Unnamed<Each> = Each extends Layer ? Omit<Each, 'name' | 'inputs' | 'block'> : never;

const layers: Readonly<Record<string, Unnamed<Layer>>> = {
  'a convolution': convolution,
  'a dilated convolution': { ...convolution, dilations: [2, 2] },
  'a convolution in groups': { ...convolution, strides: [2, 2], groups: 2 },
};

function networkOf(unnamed: Unnamed<Layer>): Network {
  const input: Layer = { kind: 'input', shape: [6, 5, 4], name: 'input', inputs: [], block: 'input' };
  const layer: Layer = { ...unnamed, name: 'layer', inputs: ['input'], block: 'block' };
  return { name: 'test', family: 'test', layers: [input, layer], output: 'layer', pretrained: new Set() };
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
      });
      const output = outputs.get('layer');
      if (!output) throw new Error('The layer has no output.');
      expect(output.shape).toEqual([-1, ...(layerShapes(network).get('layer') ?? [])]);
      return output;
    };
    checkGradients({
      inputs: [{ shape: [2, 6, 5, 4], batched: true }, ...tensors.map(({ shape }) => ({ shape }))],
      build,
    });
  });
});

import { describe, expect, it } from 'vitest';
import { assignment } from '../../../src/engine/graph/assign.ts';
import { foldBatchNorms } from '../../../src/engine/graph/fold.ts';
import { Graph, type Variable } from '../../../src/engine/graph/graph.ts';
import { lower } from '../../../src/engine/graph/lower.ts';
import type { BatchNormLayer, Layer, Network } from '../../../src/engine/network/layer.ts';
import { layerShapes, networkTensors } from '../../../src/engine/network/shape.ts';
import { elementsOf, floats, loadGraph, randomValues } from '../../support/graph-session.ts';

type Unnamed<Each> = Each extends Layer ? Omit<Each, 'name' | 'inputs' | 'block'> : never;

const SHAPE = [6, 5, 4] as const;
const kernel = {
  filters: 6,
  kernelSize: [3, 3],
  strides: [1, 1],
  padding: 'same',
  useBias: true,
  kernelInitializer: { kind: 'zeros' },
} as const;
const around = { top: 1, bottom: 0, left: 0, right: 1 } as const;

const convolutions: Readonly<Record<string, Unnamed<Layer>>> = {
  'a convolution': { kind: 'conv2d', ...kernel },
  'one in groups, without bias': { kind: 'conv2d', ...kernel, groups: 2, useBias: false },
  'a depthwise one': { kind: 'depthwiseConv2d', ...kernel, depthMultiplier: 2 },
  'a separable one': { kind: 'separableConv2d', ...kernel, depthMultiplier: 2, strides: [2, 2] },
  'a separable one without bias': { kind: 'separableConv2d', ...kernel, depthMultiplier: 1, useBias: false },
  'a transposed one': { kind: 'conv2dTranspose', ...kernel, strides: [2, 2] },
  'a transposed one that leaves gaps': {
    kind: 'conv2dTranspose',
    ...kernel,
    kernelSize: [2, 1],
    strides: [3, 2],
    padding: 'valid',
    useBias: false,
  },
  'a transposed one whose output is padded': {
    kind: 'conv2dTranspose',
    ...kernel,
    strides: [2, 3],
    padding: around,
    outputPadding: [1, 2],
  },
};

const norms: Readonly<Record<string, Pick<BatchNormLayer, 'scale' | 'center'>>> = {
  'scale and centre': { scale: true, center: true },
  'neither scale nor centre': { scale: false, center: false },
};

function networkOf(convolution: Unnamed<Layer>, norm: Pick<BatchNormLayer, 'scale' | 'center'>): Network {
  const layers: readonly Layer[] = [
    { kind: 'input', shape: SHAPE, name: 'input', inputs: [], block: 'block' },
    { ...convolution, name: 'convolution', inputs: ['input'], block: 'block' },
    { kind: 'batchNorm', epsilon: 1e-3, momentum: 0.9, ...norm, name: 'norm', inputs: ['convolution'], block: 'block' },
    { kind: 'activation', activation: 'relu', name: 'relu', inputs: ['norm'], block: 'block' },
  ];
  return { name: 'folded', family: 'test', layers, output: 'relu', pretrained: new Set() };
}

/** Values of every tensor, variances above 0. */
function valuesOf(network: Network): Map<string, Float32Array> {
  return new Map(
    networkTensors(network).map(({ name, role, shape }, index) => {
      const values = randomValues(elementsOf(shape), 60 + index);
      return [name, role === 'moving_variance' ? values.map((value) => value + 1.2) : values];
    }),
  );
}

/** What the network gives, and the ops that it is made of. */
function computed(network: Network, isFolded: boolean) {
  const graph = new Graph();
  const variables = new Map<string, Variable>(
    networkTensors(network).map(({ name, shape }) => [name, graph.variable(name, shape)]),
  );
  const folded = isFolded ? foldBatchNorms(graph, network.layers, new Set(), variables) : [];
  const assigned = assignment(graph, { variables: [...variables.values()], folded });
  const images = graph.placeholder('images', 'float32', [-1, ...SHAPE]);
  const { outputs } = lower(network.layers, new Map([['input', images]]), {
    graph,
    scope: 'test',
    variables,
    folded,
    movingStatistics: new Set(),
    dropoutSeed: null,
    precision: 'float32',
    output: '',
  });
  const output = outputs.get(network.output);
  if (!output) throw new Error('The network has no output.');
  using session = loadGraph(graph, {
    ...assigned.signatures,
    run: { inputs: { images }, outputs: { output } },
  });
  session.run('assign', assigned.feeds(valuesOf(network)));
  const found = session.run('run', { images: floats([2, ...SHAPE], randomValues(2 * elementsOf(SHAPE), 50)) });
  return { data: found['output']?.data ?? [], shape: output.shape, ops: graph.operations.map(({ op }) => op) };
}

const cases = Object.entries(convolutions).flatMap(([what, convolution]) =>
  Object.entries(norms).map(([how, norm]) => ({ what, how, network: networkOf(convolution, norm) })),
);

describe('a frozen BatchNorm is folded into the convolution before it', () => {
  it.each(cases)('and nothing else changes: $what, $how', ({ network }) => {
    const [kept, folded] = [computed(network, false), computed(network, true)];
    expect(kept.ops).toContain('FusedBatchNormV3');
    expect(folded.ops).not.toContain('FusedBatchNormV3');
    expect(folded.shape).toEqual([-1, ...(layerShapes(network).get('relu') ?? [])]);
    expect(folded.data.length).toBe(kept.data.length);
    expect(Math.max(...(kept.data as Float32Array))).toBeGreaterThan(0.1);
    kept.data.forEach((value, index) => expect(folded.data[index]).toBeCloseTo(value, 4));
  });

  it('but for one whose output something else reads', () => {
    const network = networkOf({ kind: 'conv2d', ...kernel }, { scale: true, center: true });
    const second: Layer = { kind: 'add', name: 'sum', inputs: ['convolution', 'relu'], block: 'block' };
    const graph = new Graph();
    const variables = new Map(networkTensors(network).map(({ name, shape }) => [name, graph.variable(name, shape)]));
    expect(foldBatchNorms(graph, network.layers, new Set(), variables)).toHaveLength(1);
    expect(foldBatchNorms(graph, network.layers, new Set(['convolution']), variables)).toHaveLength(0);
    expect(foldBatchNorms(graph, [...network.layers, second], new Set(), variables)).toHaveLength(0);
  });
});

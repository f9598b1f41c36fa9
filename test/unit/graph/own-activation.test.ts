import { describe, expect, it } from 'vitest';
import { freezePlan } from '../../../src/engine/freeze/freeze-plan.ts';
import { foldBatchNorms } from '../../../src/engine/graph/fold.ts';
import { Graph } from '../../../src/engine/graph/graph.ts';
import { compileProgram } from '../../../src/engine/graph/program.ts';
import type { Layer, Network } from '../../../src/engine/network/layer.ts';
import { scaleToUnitRange } from '../../../src/engine/network/preprocessing.ts';
import { networkTensors } from '../../../src/engine/network/shape.ts';
import { Session } from '../../../src/engine/runtime/session.ts';
import { initialValues } from '../../../src/engine/weights/initialise.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const GLOROT = { kind: 'glorotUniform' } as const;
const LABELS = Int32Array.of(1, 0, 1, 1);

const input: Layer = { kind: 'input', shape: [6, 6, 3], name: 'input', inputs: [], block: 'input' };
const convolution = (name: string, below: string): Layer & { readonly kind: 'conv2d' } => ({
  kind: 'conv2d',
  filters: 5,
  kernelSize: [3, 3],
  strides: [1, 1],
  padding: 'same',
  useBias: true,
  kernelInitializer: GLOROT,
  name,
  inputs: [below],
  block: name,
});
const dense = (name: string, below: string, units: number): Layer & { readonly kind: 'dense' } => ({
  kind: 'dense',
  units,
  useBias: true,
  kernelInitializer: GLOROT,
  name,
  inputs: [below],
  block: name,
});
const relu = (below: string): Layer => ({
  kind: 'activation',
  activation: 'relu',
  name: `${below}_relu`,
  inputs: [below],
  block: below,
});
const flatten = (below: string): Layer => ({
  kind: 'reshape',
  shape: [180],
  name: 'flatten',
  inputs: [below],
  block: 'head',
});

const networkOf = (layers: readonly Layer[]): Network => ({
  name: 'activations',
  family: 'test',
  layers,
  output: layers.at(-1)?.name ?? '',
  pretrained: new Set(),
});

/** As VGG is written, and with each ReLU a layer. */
const WITHIN = networkOf([
  input,
  { ...convolution('first', 'input'), activation: 'relu' },
  { ...convolution('second', 'first'), activation: 'relu' },
  flatten('second'),
  { ...dense('third', 'flatten', 7), activation: 'relu' },
  dense('logits', 'third', 2),
]);
const APART = networkOf([
  input,
  convolution('first', 'input'),
  relu('first'),
  convolution('second', 'first_relu'),
  relu('second'),
  flatten('second_relu'),
  dense('third', 'flatten', 7),
  relu('third'),
  dense('logits', 'third_relu', 2),
]);

/** Losses of five steps that train everything. */
function losses(network: Network, folder: string): readonly number[] {
  const program = compileProgram({
    network,
    plan: freezePlan(network, 'scratch', []),
    preprocessing: scaleToUnitRange(6, 6),
    optimizer: { kind: 'sgd', learningRate: 0.05, momentum: 0.9, nesterov: false },
  });
  using session = Session.load(folder, program.savedModel, program.signatures);
  // Initial values depend on a tensor's name, which both networks share.
  session.run('assign', program.assignFeeds(initialValues(network, 3)));
  const pixels = Uint8Array.from({ length: LABELS.length * 108 }, (_, at) => (at * 7919 + (at >> 5)) % 256);
  return Array.from({ length: 5 }, (_, step) => {
    const output = session.run('train', {
      images: { data: [pixels], shape: [] },
      labels: { data: LABELS, shape: [LABELS.length] },
      learning_rate: { data: Float32Array.of(0.05), shape: [] },
      dropout_seed: { data: Int32Array.of(1, step), shape: [2] },
    });
    return output['loss']?.data[0] as number;
  });
}

describe('an activation within a convolution or dense layer', () => {
  it('learns as one that is a layer', () => {
    const [within, apart] = [losses(WITHIN, temporaryFolder()), losses(APART, temporaryFolder())];
    expect(within.at(-1)).toBeLessThan((within[0] ?? 0) * 0.98);
    within.forEach((loss, step) => expect(loss).toBeCloseTo(apart[step] ?? NaN, 5));
  });

  it.each([
    ['linear', undefined, 1],
    ['with a ReLU', 'relu', 0],
  ] as const)('a BatchNorm is folded into what is linear alone: %s', (_, activation, folds) => {
    const layers: readonly Layer[] = [
      input,
      { ...convolution('first', 'input'), ...(activation === undefined ? {} : { activation }) },
      { kind: 'batchNorm', epsilon: 1e-3, momentum: 0.9, scale: true, center: true, name: 'bn', inputs: ['first'], block: 'first' },
    ]; // prettier-ignore
    const graph = new Graph();
    const variables = new Map(
      networkTensors(networkOf(layers)).map(({ name, shape }) => [name, graph.variable(name, shape)]),
    );
    expect(foldBatchNorms(graph, layers, new Set(), variables)).toHaveLength(folds);
  });
});

import type { Layer, Network } from '../../src/engine/network/layer.ts';

const GLOROT = { kind: 'glorotUniform' } as const;

function convolution(name: string, input: string, block: string, filters = 4): Layer {
  return {
    kind: 'conv2d',
    filters,
    kernelSize: [3, 3],
    strides: [1, 1],
    padding: 'same',
    useBias: false,
    kernelInitializer: GLOROT,
    name,
    inputs: [input],
    block,
  };
}

function batchNorm(name: string, input: string, block: string): Layer {
  return { kind: 'batchNorm', epsilon: 1e-3, momentum: 0.99, scale: true, center: true, name, inputs: [input], block };
}

function relu(name: string, input: string, block: string): Layer {
  return { kind: 'activation', activation: 'relu', name, inputs: [input], block };
}

/**
 * A residual network of two blocks: a stem, then a branch of two convolutions beside a projected shortcut, their sum, and
 * a head. Small enough to count by hand, and branched as ResNets are.
 */
export function branchedNetwork(): Network {
  const layers: readonly Layer[] = [
    { kind: 'input', shape: [8, 8, 3], name: 'input', inputs: [], block: 'input' },
    convolution('stem', 'input', 'stem'),
    batchNorm('stem_bn', 'stem', 'stem'),
    relu('stem_relu', 'stem_bn', 'stem'),
    convolution('shortcut', 'stem_relu', 'block_1'),
    convolution('branch_a', 'stem_relu', 'block_1'),
    relu('branch_a_relu', 'branch_a', 'block_1'),
    convolution('branch_b', 'branch_a_relu', 'block_1'),
    { kind: 'add', name: 'sum', inputs: ['shortcut', 'branch_b'], block: 'block_1' },
    relu('sum_relu', 'sum', 'block_1'),
    { kind: 'globalAveragePooling2d', keepDimensions: false, name: 'pooling', inputs: ['sum_relu'], block: 'pooling' },
    { kind: 'dropout', rate: 0.5, name: 'dropout', inputs: ['pooling'], block: 'head' },
    {
      kind: 'dense',
      units: 2,
      useBias: true,
      kernelInitializer: GLOROT,
      name: 'logits',
      inputs: ['dropout'],
      block: 'head',
    },
  ];
  return {
    name: 'branched',
    family: 'test',
    layers,
    output: 'logits',
    pretrained: new Set(layers.map((layer) => layer.name).filter((name) => name !== 'logits' && name !== 'dropout')),
  };
}

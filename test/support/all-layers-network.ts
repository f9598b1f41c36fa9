import { withHead } from '../../src/engine/network/head.ts';
import type { Layer, Network } from '../../src/engine/network/layer.ts';

/** Height and width of the images of `allLayersNetwork`. */
export const ALL_LAYERS_SIZE = 12;

type Unnamed<Each> = Each extends Layer ? Omit<Each, 'name' | 'inputs' | 'block'> : never;
const convolution = {
  kind: 'conv2d',
  filters: 12,
  kernelSize: [3, 3],
  strides: [1, 1],
  padding: 'same',
  useBias: false,
  kernelInitializer: { kind: 'glorotUniform' },
} as const;
const batchNorm = { kind: 'batchNorm', epsilon: 1e-3, momentum: 0.9, scale: true, center: true } as const;

/** Every kind of layer that the families do not use yet, one after the other; a second input is named behind a layer. */
const chain: readonly (readonly [string, Unnamed<Layer>, string?])[] = [
  ['stem', { ...convolution, strides: [2, 2] }],
  ['stem_bn', batchNorm],
  ['stem_act', { kind: 'activation', activation: 'hard_swish' }],
  ['grouped', { ...convolution, groups: 4 }],
  ['grouped_bn', batchNorm],
  ['grouped_act', { kind: 'activation', activation: 'swish' }],
  ['squeeze', { kind: 'globalAveragePooling2d', keepDimensions: true }],
  ['excite', { ...convolution, kernelSize: [1, 1], useBias: true }],
  ['gate', { kind: 'activation', activation: 'hard_sigmoid' }],
  ['gated', { kind: 'multiply' }, 'grouped_act'],
  ['response', { kind: 'localResponseNorm', depthRadius: 2, bias: 1, alpha: 0.1, beta: 0.75 }],
  ['apart', { ...convolution, kind: 'separableConv2d', depthMultiplier: 2, useBias: true }],
  ['apart_bn', batchNorm],
  ['dilated', { ...convolution, dilations: [2, 2], groups: 3 }],
  ['dilated_act', { kind: 'activation', activation: 'leaky_relu' }],
  ['mirror', { kind: 'reflectionPadding2d', padding: { top: 1, bottom: 1, left: 2, right: 0 } }],
  ['pool', { kind: 'averagePool2d', poolSize: [3, 3], strides: [2, 2], padding: { top: 1, bottom: 1, left: 1, right: 1 }, countPadding: false }], // prettier-ignore
  ['norm', { kind: 'layerNorm', epsilon: 1e-6, scale: true, center: true }],
  ['norm_act', { kind: 'activation', activation: 'gelu' }],
  ['up', { ...convolution, kind: 'conv2dTranspose', strides: [2, 2], useBias: true }],
  ['up_act', { kind: 'activation', activation: 'elu' }],
  ['adapted', { kind: 'adaptiveAveragePool2d', outputSize: [5, 3] }],
  ['half', { kind: 'resizing', height: 4, width: 4, interpolation: 'bilinear' }],
  ['swapped', { kind: 'permute', order: [1, 0, 2] }],
  ['part', { kind: 'slice', begin: [0, 1, 0], size: [4, 3, 10] }],
  ['part_act', { kind: 'activation', activation: 'tanh' }],
];

/** A network in which every kind of layer stands that the families do not use yet, with a head for two classes. */
export function allLayersNetwork(): Network {
  const input: Layer = {
    kind: 'input',
    shape: [ALL_LAYERS_SIZE, ALL_LAYERS_SIZE, 3],
    name: 'input',
    inputs: [],
    block: 'input',
  };
  const layers = chain.map(([name, layer, second], index): Layer => {
    const below = chain[index - 1]?.[0] ?? 'input';
    return { ...layer, name, inputs: second === undefined ? [below] : [below, second], block: name };
  });
  const base = {
    name: 'all',
    family: 'test',
    layers: [input, ...layers],
    output: 'part_act',
    pretrained: new Set(chain.map(([name]) => name)),
  };
  return withHead(base, { classes: 2, dropout: 0 });
}

import { divisible } from '../divisible.ts';
import type { BuildOptions } from '../family.ts';
import type { Initializer, Layer } from '../layer.ts';
import { LayerList, paddingBeforeStride } from './layer-list.ts';

const CONVOLUTION: Initializer = {
  kind: 'varianceScaling',
  scale: 2,
  mode: 'fanOut',
  distribution: 'truncatedNormal',
};
const DENSE: Initializer = { kind: 'varianceScaling', scale: 1 / 3, mode: 'fanOut', distribution: 'uniform' };

interface Stage {
  readonly kernel: 3 | 5;
  /** At depth 1. */
  readonly blocks: number;
  /** At width 1. */
  readonly filters: number;
  /** A block is so many times as wide inside as what enters it. */
  readonly expansion: 1 | 6;
  /** Of the first block. */
  readonly stride: 1 | 2;
}

/** The paper's table 1. */
const STAGES: readonly Stage[] = [
  { kernel: 3, blocks: 1, filters: 16, expansion: 1, stride: 1 },
  { kernel: 3, blocks: 2, filters: 24, expansion: 6, stride: 2 },
  { kernel: 5, blocks: 2, filters: 40, expansion: 6, stride: 2 },
  { kernel: 3, blocks: 3, filters: 80, expansion: 6, stride: 2 },
  { kernel: 5, blocks: 3, filters: 112, expansion: 6, stride: 1 },
  { kernel: 5, blocks: 4, filters: 192, expansion: 6, stride: 2 },
  { kernel: 3, blocks: 1, filters: 320, expansion: 6, stride: 1 },
];
const STEM_FILTERS = 32;
const LAST_FILTERS = 1280;
/** Channels are weighed by a bottleneck of a quarter of what enters the block. */
const SQUEEZE = 0.25;
/** How often the last block of all is left out while training; the others less, in proportion to their place. */
const LAST_DROPPED = 0.2;

export interface Scaling {
  readonly width: number;
  readonly depth: number;
  /** Share of the pooled features that the published classifier drops while training. */
  readonly dropout: number;
}

interface Block {
  /** As in `block2a_expand_conv`, `block2a`. */
  readonly name: string;
  readonly kernel: number;
  readonly stride: number;
  readonly expansion: number;
  readonly filters: number;
  /** Height and width of what enters it. */
  readonly size: number;
  /** Channels of what enters it. */
  readonly channels: number;
}

function blocksOf({ width, depth }: Scaling, size: number): readonly Block[] {
  const blocks: Block[] = [];
  let channels = divisible(STEM_FILTERS * width);
  STAGES.forEach(({ kernel, blocks: count, filters: unscaled, expansion, stride: first }, stage) => {
    const filters = divisible(unscaled * width);
    for (let place = 0; place < Math.ceil(depth * count); place += 1) {
      const stride = place === 0 ? first : 1;
      const name = `block${stage + 1}${String.fromCharCode('a'.charCodeAt(0) + place)}`;
      blocks.push({ name, kernel, stride, expansion, filters, size, channels });
      size = Math.ceil(size / stride);
      channels = filters;
    }
  });
  return blocks;
}

/** A convolution with its BatchNorm, and swish unless it is linear. */
function convolution(list: LayerList, names: readonly [string, string, string?], filters: number): void {
  const [name, batchNorm, activation] = names;
  list.conv2d(name, { filters, initializer: CONVOLUTION });
  list.batchNorm(batchNorm);
  if (activation !== undefined) list.activation(activation, 'swish');
}

/** Squeeze and excitation, of `channels` by a bottleneck of `squeezed`. */
function weighChannels(list: LayerList, name: string, channels: number, squeezed: number): void {
  const input = list.last;
  list.globalAveragePool(`${name}_se_squeeze`, { keepDimensions: false });
  list.add(`${name}_se_reshape`, { kind: 'reshape', shape: [1, 1, channels] });
  const weight = { useBias: true, initializer: CONVOLUTION };
  list.conv2d(`${name}_se_reduce`, { ...weight, filters: squeezed, activation: 'swish' });
  list.conv2d(`${name}_se_expand`, { ...weight, filters: channels, activation: 'sigmoid' });
  list.add(`${name}_se_excite`, { kind: 'multiply' }, [input, list.last]);
}

/** Wide inside, narrow at both ends, the narrow end linear; ends are added where they are of one shape. */
function invertedResidual(list: LayerList, own: Block, dropped: number): void {
  const { name, kernel, stride, expansion, filters, channels } = own;
  list.startBlock(name);
  const input = list.last;
  const wide = channels * expansion;
  if (expansion > 1) {
    convolution(list, [`${name}_expand_conv`, `${name}_expand_bn`, `${name}_expand_activation`], wide);
  }
  if (stride === 2) list.zeroPadding(`${name}_dwconv_pad`, paddingBeforeStride(own.size, kernel));
  const padding = stride === 2 ? 'valid' : 'same';
  list.depthwiseConv2d(`${name}_dwconv`, { size: kernel, stride, padding, initializer: CONVOLUTION });
  list.batchNorm(`${name}_bn`);
  list.activation(`${name}_activation`, 'swish');
  weighChannels(list, name, wide, Math.max(1, Math.trunc(channels * SQUEEZE)));
  convolution(list, [`${name}_project_conv`, `${name}_project_bn`], filters);
  if (stride !== 1 || channels !== filters) return;
  if (dropped > 0) list.add(`${name}_drop`, { kind: 'dropout', rate: dropped, perImage: true });
  list.add(`${name}_add`, { kind: 'add' }, [list.last, input]);
}

/**
 * EfficientNet as Keras Applications builds it: "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks"
 * (Tan and Le, 2019, https://arxiv.org/abs/1905.11946). Its scaling and normalisation of pixels are part of the
 * preprocessing here, as its published weights have them: ImageNet's mean and deviation.
 *
 * @returns the builder: `size` at least 32; without top it ends at the last activation
 */
export function efficientnet(scaling: Scaling): (options: BuildOptions) => readonly Layer[] {
  return ({ size, top }) => {
    const list = new LayerList(size);
    list.startBlock('stem');
    list.zeroPadding('stem_conv_pad', paddingBeforeStride(size, 3));
    const stem = divisible(STEM_FILTERS * scaling.width);
    list.conv2d('stem_conv', { filters: stem, size: 3, stride: 2, padding: 'valid', initializer: CONVOLUTION });
    list.batchNorm('stem_bn');
    list.activation('stem_activation', 'swish');
    const blocks = blocksOf(scaling, Math.ceil(size / 2));
    blocks.forEach((own, index) => invertedResidual(list, own, (LAST_DROPPED * index) / blocks.length));
    list.startBlock('out');
    convolution(list, ['top_conv', 'top_bn', 'top_activation'], divisible(LAST_FILTERS * scaling.width));
    if (top !== null) {
      list.startBlock('pooling');
      list.globalAveragePool('avg_pool', { keepDimensions: false });
      list.startBlock('top');
      list.add('top_dropout', { kind: 'dropout', rate: scaling.dropout });
      list.add('predictions', { kind: 'dense', units: top, useBias: true, kernelInitializer: DENSE });
    }
    return list.layers;
  };
}

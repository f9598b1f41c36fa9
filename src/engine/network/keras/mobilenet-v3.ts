import { divisible } from '../divisible.ts';
import type { BuildOptions } from '../family.ts';
import type { Layer } from '../layer.ts';
import { LayerList, paddingBeforeStride } from './layer-list.ts';

type Nonlinearity = 'relu' | 'hard_swish';

interface Block {
  /** The block is so many times as wide inside as what enters it. */
  readonly expansion: number;
  readonly filters: number;
  readonly kernel: 3 | 5;
  readonly stride: 1 | 2;
  /** Whether each channel is weighed by the means of all. */
  readonly squeezes: boolean;
  readonly activation: Nonlinearity;
}

interface Variant {
  readonly blocks: readonly Block[];
  /** Filters of the convolution between pooling and logits. */
  readonly lastFilters: number;
}

function block(
  expansion: number,
  filters: number,
  kernel: 3 | 5,
  stride: 1 | 2,
  squeezes: boolean,
  activation: Nonlinearity,
): Block {
  return { expansion, filters, kernel, stride, squeezes, activation };
}

/** The paper's tables 1 and 2. */
const VARIANTS = {
  small: {
    blocks: [
      block(1, 16, 3, 2, true, 'relu'),
      block(72 / 16, 24, 3, 2, false, 'relu'),
      block(88 / 24, 24, 3, 1, false, 'relu'),
      block(4, 40, 5, 2, true, 'hard_swish'),
      block(6, 40, 5, 1, true, 'hard_swish'),
      block(6, 40, 5, 1, true, 'hard_swish'),
      block(3, 48, 5, 1, true, 'hard_swish'),
      block(3, 48, 5, 1, true, 'hard_swish'),
      block(6, 96, 5, 2, true, 'hard_swish'),
      block(6, 96, 5, 1, true, 'hard_swish'),
      block(6, 96, 5, 1, true, 'hard_swish'),
    ],
    lastFilters: 1024,
  },
  large: {
    blocks: [
      block(1, 16, 3, 1, false, 'relu'),
      block(4, 24, 3, 2, false, 'relu'),
      block(3, 24, 3, 1, false, 'relu'),
      block(3, 40, 5, 2, true, 'relu'),
      block(3, 40, 5, 1, true, 'relu'),
      block(3, 40, 5, 1, true, 'relu'),
      block(6, 80, 3, 2, false, 'hard_swish'),
      block(2.5, 80, 3, 1, false, 'hard_swish'),
      block(2.3, 80, 3, 1, false, 'hard_swish'),
      block(2.3, 80, 3, 1, false, 'hard_swish'),
      block(6, 112, 3, 1, true, 'hard_swish'),
      block(6, 112, 3, 1, true, 'hard_swish'),
      block(6, 160, 5, 2, true, 'hard_swish'),
      block(6, 160, 5, 1, true, 'hard_swish'),
      block(6, 160, 5, 1, true, 'hard_swish'),
    ],
    lastFilters: 1280,
  },
} as const satisfies Readonly<Record<string, Variant>>;

const STEM_FILTERS = 16;
/** The last convolution has so many times the filters of the last block. */
const LAST_EXPANSION = 6;
/** Channels are weighed by a bottleneck of a quarter of them. */
const SQUEEZE = 0.25;

/** For processors without hard-swish and kernels of five: only ReLU, kernels of three, and no channel weighed. */
function minimalistic(own: Block): Block {
  return { ...own, kernel: 3, squeezes: false, activation: 'relu' };
}

/**
 * An activation under the name that Keras gives its last part: a hard-swish is made of sum, ReLU6, product and Multiply, and
 * of a hard-sigmoid the last is a product.
 */
function activate(list: LayerList, activation: Nonlinearity | 'hard_sigmoid'): string {
  const rectified = list.automatic('re_lu');
  if (activation === 'relu') return list.activation(rectified, 'relu');
  const product = list.automatic('tf.math.multiply');
  if (activation === 'hard_sigmoid') return list.activation(product, 'hard_sigmoid');
  return list.activation(list.automatic('multiply'), 'hard_swish');
}

/** Squeeze and excitation. */
function weighChannels(list: LayerList, prefix: string, channels: number): void {
  const name = `${prefix}/squeeze_excite`;
  const input = list.last;
  list.globalAveragePool(`${name}/AvgPool`, { keepDimensions: true });
  list.conv2d(`${name}/Conv`, { filters: divisible(channels * SQUEEZE), useBias: true });
  list.activation(`${name}/Relu`, 'relu');
  list.conv2d(`${name}/Conv_1`, { filters: channels, useBias: true });
  list.add(`${name}/Mul`, { kind: 'multiply' }, [input, activate(list, 'hard_sigmoid')]);
}

/**
 * Wide inside, narrow at both ends, the narrow end linear; ends are added where they are of one shape.
 *
 * @param from what enters it: height and width, and channels
 */
function invertedResidual(
  list: LayerList,
  name: string,
  own: Block,
  from: { readonly size: number; readonly channels: number },
): void {
  list.startBlock(name);
  const input = list.last;
  const { kernel, stride, activation, filters } = own;
  const isFirst = name === 'expanded_conv';
  const wide = isFirst ? from.channels : divisible(from.channels * own.expansion);
  if (!isFirst) {
    list.conv2d(`${name}/expand`, { filters: wide });
    list.batchNorm(`${name}/expand/BatchNorm`);
    activate(list, activation);
  }
  if (stride === 2) list.zeroPadding(`${name}/depthwise/pad`, paddingBeforeStride(from.size, kernel));
  const padding = stride === 2 ? 'valid' : 'same';
  list.depthwiseConv2d(`${name}/depthwise`, { size: kernel, stride, padding });
  list.batchNorm(`${name}/depthwise/BatchNorm`);
  activate(list, activation);
  if (own.squeezes) weighChannels(list, name, wide);
  list.conv2d(`${name}/project`, { filters });
  list.batchNorm(`${name}/project/BatchNorm`);
  if (stride === 1 && from.channels === filters) list.add(`${name}/Add`, { kind: 'add' }, [input, list.last]);
}

/** A convolution of one pixel in place of a dense layer, then the logits. */
function publishedTop(list: LayerList, filters: number, activation: Nonlinearity, classes: number): void {
  list.startBlock('pooling');
  list.globalAveragePool('global_average_pooling2d', { keepDimensions: true });
  list.startBlock('top');
  list.conv2d('Conv_2', { filters, useBias: true });
  activate(list, activation);
  list.add('dropout', { kind: 'dropout', rate: 0.2 });
  list.conv2d('Logits', { filters: classes, useBias: true });
  list.add('flatten', { kind: 'reshape', shape: [classes] });
}

/**
 * MobileNetV3 as Keras Applications builds it: "Searching for MobileNetV3" (Howard et al., 2019,
 * https://arxiv.org/abs/1905.02244). Its scaling of pixels is part of the preprocessing here.
 *
 * @param name which of the paper's two; or, with `isMinimalistic`, Keras' simpler form of it
 * @returns the builder: `width` is the paper's multiplier, `size` at least 32; without top it ends at the last activation
 */
export function mobilenetV3(
  name: keyof typeof VARIANTS,
  isMinimalistic = false,
): (options: BuildOptions) => readonly Layer[] {
  const variant: Variant = VARIANTS[name];
  const blocks = isMinimalistic ? variant.blocks.map(minimalistic) : variant.blocks;
  const activation: Nonlinearity = isMinimalistic ? 'relu' : 'hard_swish';
  return ({ width, size, top }) => {
    const list = new LayerList(size, { momentum: 0.999 });
    list.startBlock('stem');
    list.conv2d('Conv', { filters: STEM_FILTERS, size: 3, stride: 2 });
    list.batchNorm('Conv/BatchNorm');
    activate(list, activation);
    let from = { size: Math.ceil(size / 2), channels: STEM_FILTERS };
    blocks.forEach((unscaled, index) => {
      const own = { ...unscaled, filters: divisible(unscaled.filters * width) };
      invertedResidual(list, index === 0 ? 'expanded_conv' : `expanded_conv_${index}`, own, from);
      from = { size: Math.ceil(from.size / own.stride), channels: own.filters };
    });
    list.startBlock('out');
    list.conv2d('Conv_1', { filters: divisible(from.channels * LAST_EXPANSION) });
    list.batchNorm('Conv_1/BatchNorm');
    activate(list, activation);
    if (top !== null) {
      const lastFilters = width > 1 ? divisible(variant.lastFilters * width) : variant.lastFilters;
      publishedTop(list, lastFilters, activation, top);
    }
    return list.layers;
  };
}

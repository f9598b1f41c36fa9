import type { BuildOptions } from '../family.ts';
import type { Layer } from '../layer.ts';
import { denseTop } from './dense-top.ts';
import { inKerasOrder } from './keras-order.ts';
import { LayerList } from './layer-list.ts';

/** Channels that each block adds, the paper's growth rate. */
const GROWTH = 32;
/** A block's first convolution has so many times what it adds. */
const BOTTLENECK = 4;
const STEM_FILTERS = 64;

/** BatchNorm, ReLU and a convolution, twice; what they give is put beside what entered. */
function denseBlock(list: LayerList, name: string): void {
  list.startBlock(name);
  const input = list.last;
  list.batchNorm(`${name}_0_bn`);
  list.activation(`${name}_0_relu`, 'relu');
  list.conv2d(`${name}_1_conv`, { filters: BOTTLENECK * GROWTH });
  list.batchNorm(`${name}_1_bn`);
  list.activation(`${name}_1_relu`, 'relu');
  list.conv2d(`${name}_2_conv`, { filters: GROWTH, size: 3 });
  list.add(`${name}_concat`, { kind: 'concatenate' }, [input, list.last]);
}

/** Half the channels, half the height and width. */
function transition(list: LayerList, name: string, channels: number): void {
  list.startBlock(name);
  list.batchNorm(`${name}_bn`);
  list.activation(`${name}_relu`, 'relu');
  list.conv2d(`${name}_conv`, { filters: channels });
  list.averagePool(`${name}_pool`, { size: 2, stride: 2 });
}

/**
 * DenseNet as Keras Applications builds it: "Densely Connected Convolutional Networks" (Huang et al., 2016,
 * https://arxiv.org/abs/1608.06993).
 *
 * @param blocks those of the four stages, conv2 to conv5
 * @returns the builder: `size` at least 32; without top it ends at the last activation
 */
export function densenet(blocks: readonly number[]): (options: BuildOptions) => readonly Layer[] {
  return ({ size, top }) => {
    const list = new LayerList(size, { epsilon: 1.001e-5 });
    list.startBlock('conv1');
    list.zeroPadding(list.automatic('zero_padding2d'), 3);
    list.conv2d('conv1/conv', { filters: STEM_FILTERS, size: 7, stride: 2, padding: 'valid' });
    list.batchNorm('conv1/bn');
    list.activation('conv1/relu', 'relu');
    list.zeroPadding(list.automatic('zero_padding2d'), 1);
    list.maxPool('pool1', { size: 3, stride: 2 });
    let channels = STEM_FILTERS;
    blocks.forEach((count, index) => {
      const stage = index + 2;
      for (let place = 1; place <= count; place += 1) denseBlock(list, `conv${stage}_block${place}`);
      channels += count * GROWTH;
      if (index === blocks.length - 1) return;
      channels = Math.floor(channels / 2);
      transition(list, `pool${stage}`, channels);
    });
    list.startBlock('out');
    list.batchNorm('bn');
    list.activation('relu', 'relu');
    const layers = [...list.layers, ...(top === null ? [] : denseTop(list.last, top))];
    return inKerasOrder(layers, layers.at(-1)?.name ?? '');
  };
}

import type { BuildOptions } from '../family.ts';
import type { Layer } from '../layer.ts';
import { denseTop } from './dense-top.ts';
import { inKerasOrder } from './keras-order.ts';
import { LayerList } from './layer-list.ts';

/** Narrow filters of the stages conv2 to conv5; a block gives four times as many. */
const FILTERS = [64, 128, 256, 512] as const;
const EXPANSION = 4;

interface Bottleneck {
  readonly filters: number;
  readonly stride: number;
  /** Whether the shortcut has a convolution of its own. */
  readonly projects: boolean;
}

/** BatchNorm and ReLU before three convolutions, beside a shortcut; a convolution after a BatchNorm needs no bias. */
function bottleneck(list: LayerList, name: string, { filters, stride, projects }: Bottleneck): void {
  list.startBlock(name);
  const input = list.last;
  list.batchNorm(`${name}_preact_bn`);
  const preactivated = list.activation(`${name}_preact_relu`, 'relu');
  const wide = { filters: EXPANSION * filters, padding: 'valid', useBias: true } as const;
  const unprojected = (): string =>
    stride > 1 ? list.maxPool(list.automatic('max_pooling2d'), { size: 1, stride }, input) : input;
  const shortcut = projects ? list.conv2d(`${name}_0_conv`, { ...wide, stride }, preactivated) : unprojected();
  list.conv2d(`${name}_1_conv`, { filters, padding: 'valid' }, preactivated);
  list.batchNorm(`${name}_1_bn`);
  list.activation(`${name}_1_relu`, 'relu');
  list.zeroPadding(`${name}_2_pad`, 1);
  list.conv2d(`${name}_2_conv`, { filters, size: 3, stride, padding: 'valid' });
  list.batchNorm(`${name}_2_bn`);
  list.activation(`${name}_2_relu`, 'relu');
  list.conv2d(`${name}_3_conv`, wide);
  list.add(`${name}_out`, { kind: 'add' }, [shortcut, list.last]);
}

/**
 * ResNet v2 as Keras Applications builds it, which halves height and width in the last block of a stage: "Identity Mappings
 * in Deep Residual Networks" (He et al., 2016, https://arxiv.org/abs/1603.05027).
 *
 * @param blocks those of the stages conv2 to conv5
 * @returns the builder: `size` at least 32; without top it ends at the last activation
 */
export function resnetV2(blocks: readonly number[]): (options: BuildOptions) => readonly Layer[] {
  return ({ size, top }) => {
    const list = new LayerList(size, { epsilon: 1.001e-5 });
    list.startBlock('conv1');
    list.zeroPadding('conv1_pad', 3);
    list.conv2d('conv1_conv', { filters: 64, size: 7, stride: 2, padding: 'valid', useBias: true });
    list.zeroPadding('pool1_pad', 1);
    list.maxPool('pool1_pool', { size: 3, stride: 2 });
    FILTERS.forEach((filters, stage) => {
      const count = blocks[stage] ?? 0;
      const isLastStage = stage === FILTERS.length - 1;
      for (let place = 1; place <= count; place += 1) {
        const stride = place === count && !isLastStage ? 2 : 1;
        bottleneck(list, `conv${stage + 2}_block${place}`, { filters, stride, projects: place === 1 });
      }
    });
    list.startBlock('post');
    list.batchNorm('post_bn');
    list.activation('post_relu', 'relu');
    const layers = [...list.layers, ...(top === null ? [] : denseTop(list.last, top))];
    return inKerasOrder(layers, layers.at(-1)?.name ?? '');
  };
}

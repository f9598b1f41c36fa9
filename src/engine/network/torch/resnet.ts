import type { BuildOptions } from '../family.ts';
import type { Layer } from '../layer.ts';
import { DEFAULT_KERNEL, defaultBias, KAIMING_FAN_OUT, ModuleList } from './module-list.ts';

/** Narrow filters of the stages `layer1` to `layer4`. */
const FILTERS = [64, 128, 256, 512] as const;

export interface ResnetOptions {
  /** Blocks of each stage. */
  readonly blocks: readonly [number, number, number, number];
  /** Of three convolutions, four times as wide outside, where a basic block has two. */
  readonly bottleneck: boolean;
}

/**
 * Convolutions beside a shortcut. In a bottleneck the stride is in the convolution of three by three ("v1.5"), where the
 * paper and Keras have it in the first one.
 *
 * @param projects whether the shortcut has a convolution of its own
 */
function residual(
  list: ModuleList,
  block: string,
  filters: number,
  stride: number,
  projects: boolean,
  { bottleneck }: ResnetOptions,
): void {
  const input = list.last;
  const wide = bottleneck ? 4 * filters : filters;
  const convolutions = bottleneck
    ? [
        { filters, size: 1 },
        { filters, size: 3, stride },
        { filters: wide, size: 1 },
      ]
    : [
        { filters, size: 3, stride },
        { filters, size: 3 },
      ];
  list.startBlock(block);
  convolutions.forEach((options, index) => {
    const place = index + 1;
    list.convolution(`${block}.conv${place}`, options);
    list.batchNorm(`${block}.bn${place}`);
    if (place < convolutions.length) list.activation(`${block}.relu${place}`, 'relu');
  });
  const main = list.last;
  let shortcut = input;
  if (projects) {
    list.convolution(`${block}.downsample.0`, { filters: wide, size: 1, stride }, input);
    shortcut = list.batchNorm(`${block}.downsample.1`);
  }
  list.combine('add', `${block}.add`, [main, shortcut]);
  list.activation(`${block}.relu${convolutions.length}`, 'relu');
}

/**
 * ResNet as torchvision builds it: "Deep Residual Learning for Image Recognition" (He et al., 2015,
 * https://arxiv.org/abs/1512.03385), the strides of its bottlenecks as in https://arxiv.org/abs/1706.02677.
 */
export function torchResnet({ size, top }: BuildOptions, options: ResnetOptions): readonly Layer[] {
  const list = new ModuleList(size, { kernel: KAIMING_FAN_OUT });
  list.startBlock('stem');
  list.convolution('conv1', { filters: 64, size: 7, stride: 2 });
  list.batchNorm('bn1');
  list.activation('relu', 'relu');
  list.maxPool('maxpool', { size: 3, stride: 2, padding: 1 });
  FILTERS.forEach((filters, stage) => {
    for (let index = 0; index < (options.blocks[stage] ?? 0); index += 1) {
      const isFirst = index === 0;
      const stride = isFirst && stage > 0 ? 2 : 1;
      const projects = isFirst && (stage > 0 || options.bottleneck);
      residual(list, `layer${stage + 1}.${index}`, filters, stride, projects, options);
    }
  });
  if (top !== null) {
    list.startBlock('pooling');
    list.globalPool('avgpool', { keepDimensions: false });
    list.startBlock('top');
    list.dense('fc', top, { kernel: DEFAULT_KERNEL, bias: defaultBias(options.bottleneck ? 2048 : 512) });
  }
  return list.layers;
}

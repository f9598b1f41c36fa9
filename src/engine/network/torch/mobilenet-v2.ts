import { divisible } from '../divisible.ts';
import type { BuildOptions } from '../family.ts';
import type { Layer } from '../layer.ts';
import { KAIMING_FAN_OUT, ModuleList } from './module-list.ts';

/** [filters at width 1.0, stride of the first block, blocks] of the stages, the paper's table 2. */
const STAGES: readonly (readonly [number, number, number])[] = [
  [16, 1, 1],
  [24, 2, 2],
  [32, 2, 3],
  [64, 2, 4],
  [96, 1, 3],
  [160, 2, 3],
  [320, 1, 1],
];
/** A block is so many times as wide inside as what enters it; the first one is not. */
const EXPANSION = 6;
const LAST_FILTERS = 1280;

interface Block {
  readonly channels: number;
  readonly filters: number;
  readonly stride: number;
  readonly expands: boolean;
}

function invertedResidual(list: ModuleList, name: string, { channels, filters, stride, expands }: Block): void {
  const input = list.last;
  list.startBlock(name);
  if (expands) list.normalised(`${name}.conv.0`, { filters: EXPANSION * channels, size: 1 }, 'relu6');
  const depthwise = expands ? 1 : 0;
  list.normalised(`${name}.conv.${depthwise}`, { filters: 'depthwise', size: 3, stride }, 'relu6');
  list.convolution(`${name}.conv.${depthwise + 1}`, { filters, size: 1 });
  const projected = list.batchNorm(`${name}.conv.${depthwise + 2}`);
  if (stride === 1 && channels === filters) list.combine('add', `${name}.add`, [input, projected]);
}

/**
 * MobileNetV2 as torchvision builds it: "MobileNetV2: Inverted Residuals and Linear Bottlenecks" (Sandler et al., 2018,
 * https://arxiv.org/abs/1801.04381).
 */
export function torchMobilenetV2({ width, size, top }: BuildOptions): readonly Layer[] {
  const list = new ModuleList(size, { kernel: KAIMING_FAN_OUT });
  let channels = divisible(32 * width);
  list.startBlock('features.0');
  list.normalised('features.0', { filters: channels, size: 3, stride: 2 }, 'relu6');
  let index = 1;
  for (const [unscaled, firstStride, blocks] of STAGES) {
    const filters = divisible(unscaled * width);
    for (let place = 0; place < blocks; place += 1) {
      const stride = place === 0 ? firstStride : 1;
      invertedResidual(list, `features.${index}`, { channels, filters, stride, expands: index > 1 });
      channels = filters;
      index += 1;
    }
  }
  const last = divisible(LAST_FILTERS * Math.max(1, width));
  list.startBlock(`features.${index}`);
  list.normalised(`features.${index}`, { filters: last, size: 1 }, 'relu6');
  if (top !== null) {
    list.startBlock('pooling');
    list.globalPool('avgpool', { keepDimensions: false });
    list.startBlock('top');
    list.dropout('classifier.0', 0.2);
    const kernel = { kind: 'normal', standardDeviation: 0.01 } as const;
    list.dense('classifier.1', top, { kernel, bias: { kind: 'zeros' } });
  }
  return list.layers;
}

import { divisible } from '../divisible.ts';
import type { BuildOptions } from '../family.ts';
import type { Layer } from '../layer.ts';
import { KAIMING_FAN_OUT, ModuleList } from './module-list.ts';
import { squeezeExcitation } from './squeeze-excitation.ts';

/** A row of the paper's tables 1 and 2, the filters at width 1.0. */
type Row = readonly [
  kernel: number,
  expanded: number,
  filters: number,
  squeezes: boolean,
  activation: 'relu' | 'hard_swish',
  stride: number,
];

const LARGE: readonly Row[] = [
  [3, 16, 16, false, 'relu', 1],
  [3, 64, 24, false, 'relu', 2],
  [3, 72, 24, false, 'relu', 1],
  [5, 72, 40, true, 'relu', 2],
  [5, 120, 40, true, 'relu', 1],
  [5, 120, 40, true, 'relu', 1],
  [3, 240, 80, false, 'hard_swish', 2],
  [3, 200, 80, false, 'hard_swish', 1],
  [3, 184, 80, false, 'hard_swish', 1],
  [3, 184, 80, false, 'hard_swish', 1],
  [3, 480, 112, true, 'hard_swish', 1],
  [3, 672, 112, true, 'hard_swish', 1],
  [5, 672, 160, true, 'hard_swish', 2],
  [5, 960, 160, true, 'hard_swish', 1],
  [5, 960, 160, true, 'hard_swish', 1],
];
const SMALL: readonly Row[] = [
  [3, 16, 16, true, 'relu', 2],
  [3, 72, 24, false, 'relu', 2],
  [3, 88, 24, false, 'relu', 1],
  [5, 96, 40, true, 'hard_swish', 2],
  [5, 240, 40, true, 'hard_swish', 1],
  [5, 240, 40, true, 'hard_swish', 1],
  [5, 120, 48, true, 'hard_swish', 1],
  [5, 144, 48, true, 'hard_swish', 1],
  [5, 288, 96, true, 'hard_swish', 2],
  [5, 576, 96, true, 'hard_swish', 1],
  [5, 576, 96, true, 'hard_swish', 1],
];

const VARIANTS = { large: { rows: LARGE, units: 1280 }, small: { rows: SMALL, units: 1024 } } as const;
const STEM_FILTERS = 16;

function invertedResidual(list: ModuleList, name: string, channels: number, row: Row): void {
  const [kernel, expanded, filters, squeezes, activation, stride] = row;
  const input = list.last;
  let index = 0;
  const next = (): string => {
    const own = `${name}.block.${index}`;
    index += 1;
    return own;
  };
  list.startBlock(name);
  if (expanded !== channels) list.normalised(next(), { filters: expanded, size: 1 }, activation);
  list.normalised(next(), { filters: 'depthwise', size: kernel, stride }, activation);
  if (squeezes) {
    const squeezed = divisible(Math.floor(expanded / 4));
    squeezeExcitation(list, next(), { channels: expanded, squeezed, activation: 'relu', scale: 'hard_sigmoid' });
  }
  const projected = list.normalised(next(), { filters, size: 1 }, null);
  if (stride === 1 && channels === filters) list.combine('add', `${name}.add`, [projected, input]);
}

/**
 * MobileNetV3 as torchvision builds it: "Searching for MobileNetV3" (Howard et al., 2019,
 * https://arxiv.org/abs/1905.02244).
 */
export function torchMobilenetV3({ size, top }: BuildOptions, variant: 'large' | 'small'): readonly Layer[] {
  const { rows, units } = VARIANTS[variant];
  const list = new ModuleList(size, { kernel: KAIMING_FAN_OUT, batchNorm: { epsilon: 1e-3, momentum: 0.99 } });
  let channels = STEM_FILTERS;
  list.startBlock('features.0');
  list.normalised('features.0', { filters: channels, size: 3, stride: 2 }, 'hard_swish');
  rows.forEach((row, index) => {
    invertedResidual(list, `features.${index + 1}`, channels, row);
    channels = row[2];
  });
  const last = `features.${rows.length + 1}`;
  list.startBlock(last);
  list.normalised(last, { filters: 6 * channels, size: 1 }, 'hard_swish');
  if (top !== null) {
    const initializers = { kernel: { kind: 'normal', standardDeviation: 0.01 }, bias: { kind: 'zeros' } } as const;
    list.startBlock('pooling');
    list.globalPool('avgpool', { keepDimensions: false });
    list.startBlock('top');
    list.dense('classifier.0', units, initializers);
    list.activation('classifier.1', 'hard_swish');
    list.dropout('classifier.2', 0.2);
    list.dense('classifier.3', top, initializers);
  }
  return list.layers;
}

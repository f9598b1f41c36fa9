import { divisible } from '../divisible.ts';
import type { BuildOptions } from '../family.ts';
import type { Layer } from '../layer.ts';
import { KAIMING_FAN_OUT, ModuleList } from './module-list.ts';
import { squeezeExcitation } from './squeeze-excitation.ts';

/** A stage of the paper's table 1, as B0 has it. */
type Stage = readonly [expansion: number, kernel: number, stride: number, filters: number, blocks: number];

const STAGES: readonly Stage[] = [
  [1, 3, 1, 16, 1],
  [6, 3, 2, 24, 2],
  [6, 5, 2, 40, 2],
  [6, 3, 2, 80, 3],
  [6, 5, 1, 112, 3],
  [6, 5, 2, 192, 4],
  [6, 3, 1, 320, 1],
];
const STEM_FILTERS = 32;
/** How often a block after the last would be left out. */
const MOST_SKIPPED = 0.2;
/** The last convolution has so many times the filters of the last stage. */
const LAST_EXPANSION = 4;

export interface EfficientnetOptions {
  /** Of B0's filters. */
  readonly width: number;
  /** Of B0's blocks in each stage. */
  readonly depth: number;
  readonly dropout: number;
}

interface Block {
  readonly channels: number;
  readonly expansion: number;
  readonly kernel: number;
  readonly stride: number;
  readonly filters: number;
  /** How often the block is left out while training, in [0, 1). */
  readonly skipped: number;
}

function invertedResidual(list: ModuleList, name: string, block: Block): void {
  const { channels, expansion, kernel, stride, filters, skipped } = block;
  const input = list.last;
  const expanded = divisible(channels * expansion);
  let index = 0;
  const next = (): string => {
    const own = `${name}.block.${index}`;
    index += 1;
    return own;
  };
  list.startBlock(name);
  if (expanded !== channels) list.normalised(next(), { filters: expanded, size: 1 }, 'swish');
  list.normalised(next(), { filters: 'depthwise', size: kernel, stride }, 'swish');
  const squeezed = Math.max(1, Math.floor(channels / 4));
  squeezeExcitation(list, next(), { channels: expanded, squeezed, activation: 'swish', scale: 'sigmoid' });
  const projected = list.normalised(next(), { filters, size: 1 }, null);
  if (stride > 1 || channels !== filters) return;
  const kept = list.dropout(`${name}.stochastic_depth`, skipped, projected, { perImage: true });
  list.combine('add', `${name}.add`, [kept, input]);
}

/**
 * EfficientNet as torchvision builds it: "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks" (Tan
 * and Le, 2019, https://arxiv.org/abs/1905.11946). While it trains, blocks are left out by chance, for each image anew, the
 * later ones more often.
 */
export function torchEfficientnet({ size, top }: BuildOptions, options: EfficientnetOptions): readonly Layer[] {
  const list = new ModuleList(size, { kernel: KAIMING_FAN_OUT });
  let channels = divisible(STEM_FILTERS * options.width);
  list.startBlock('features.0');
  list.normalised('features.0', { filters: channels, size: 3, stride: 2 }, 'swish');
  const countOf = (blocks: number): number => Math.ceil(blocks * options.depth);
  const total = STAGES.reduce((sum, stage) => sum + countOf(stage[4]), 0);
  let index = 0;
  STAGES.forEach(([expansion, kernel, firstStride, unscaled, blocks], stage) => {
    const filters = divisible(unscaled * options.width);
    for (let place = 0; place < countOf(blocks); place += 1) {
      const stride = place === 0 ? firstStride : 1;
      const name = `features.${stage + 1}.${place}`;
      const skipped = (MOST_SKIPPED * index) / total;
      invertedResidual(list, name, { channels, expansion, kernel, stride, filters, skipped });
      channels = filters;
      index += 1;
    }
  });
  const last = `features.${STAGES.length + 1}`;
  list.startBlock(last);
  list.normalised(last, { filters: LAST_EXPANSION * channels, size: 1 }, 'swish');
  if (top !== null) {
    list.startBlock('pooling');
    list.globalPool('avgpool', { keepDimensions: false });
    list.startBlock('top');
    list.dropout('classifier.0', options.dropout);
    // From ±1 / sqrt(classes).
    const kernel = { kind: 'varianceScaling', scale: 1 / 3, mode: 'fanOut', distribution: 'uniform' } as const;
    list.dense('classifier.1', top, { kernel, bias: { kind: 'zeros' } });
  }
  return list.layers;
}

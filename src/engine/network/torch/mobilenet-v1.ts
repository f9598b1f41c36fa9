import type { BuildOptions } from '../family.ts';
import type { ActivationLayer, Layer } from '../layer.ts';
import { DEFAULT_KERNEL, defaultBias, ModuleList } from './module-list.ts';

/** [filters at width 1.0, stride] of the 13 depthwise separable blocks. */
const BLOCKS: readonly (readonly [number, number])[] = [
  [64, 1],
  [128, 2],
  [128, 1],
  [256, 2],
  [256, 1],
  [512, 2],
  [512, 1],
  [512, 1],
  [512, 1],
  [512, 1],
  [512, 1],
  [1024, 2],
  [1024, 1],
];
const STEM_FILTERS = 32;
const LAST_FILTERS = 1024;

interface Variant {
  /** The path of the module that is so many after the stem. */
  readonly pathOf: (index: number) => string;
  readonly pooling: string;
  readonly activation: Pick<ActivationLayer, 'activation' | 'negativeSlope'>;
}

function separableNetwork({ width, size, top }: BuildOptions, { pathOf, pooling, activation }: Variant) {
  const list = new ModuleList(size, { kernel: DEFAULT_KERNEL });
  const scaled = (filters: number): number => Math.trunc(filters * width);
  const normalise = (path: string, first: number): void => {
    list.batchNorm(`${path}.${first}`);
    list.activation(`${path}.${first + 1}`, activation.activation, list.last, activation);
  };
  list.startBlock(pathOf(0));
  list.convolution(`${pathOf(0)}.0`, { filters: scaled(STEM_FILTERS), size: 3, stride: 2 });
  normalise(pathOf(0), 1);
  BLOCKS.forEach(([filters, stride], index) => {
    const path = pathOf(index + 1);
    list.startBlock(path);
    list.depthwise(`${path}.0`, { size: 3, stride });
    normalise(path, 1);
    list.convolution(`${path}.3`, { filters: scaled(filters), size: 1 });
    normalise(path, 4);
  });
  if (top !== null) {
    list.startBlock('pooling');
    list.globalPool(pooling, { keepDimensions: false });
    list.startBlock('top');
    list.dense('fc', top, { kernel: DEFAULT_KERNEL, bias: defaultBias(scaled(LAST_FILTERS)) });
  }
  return list.layers;
}

/**
 * MobileNet v1 as the first PyTorch ports of it have it, one `Sequential` of blocks (`model.0.0.weight`, ..., `fc.weight`):
 * "MobileNets: Efficient Convolutional Neural Networks for Mobile Vision Applications" (Howard et al., 2017,
 * https://arxiv.org/abs/1704.04861). Its pooling of seven by seven pixels is over all of them at the size that it takes.
 */
export function torchMobilenetV1(options: BuildOptions): readonly Layer[] {
  return separableNetwork(options, {
    pathOf: (index) => `model.${index}`,
    pooling: 'model.14',
    activation: { activation: 'relu' },
  });
}

/** Modules of the first two of three stages. */
const STAGE_ENDS = [6, 12] as const;

/**
 * MobileNet v1 with a LeakyReLU of 0.1, as the backbone of the RetinaFace of PyTorch is pretrained on ImageNet
 * (`mobilenetV1X0.25_pretrain.tar`; https://arxiv.org/abs/1905.00641): three stages, for a pyramid of features.
 */
export function torchLeakyMobilenetV1(options: BuildOptions): readonly Layer[] {
  const [first, second] = STAGE_ENDS;
  return separableNetwork(options, {
    pathOf: (index) =>
      index < first ? `stage1.${index}` : index < second ? `stage2.${index - first}` : `stage3.${index - second}`,
    pooling: 'avg',
    activation: { activation: 'leaky_relu', negativeSlope: 0.1 },
  });
}

import type { BuildOptions } from '../family.ts';
import type { Initializer, Layer } from '../layer.ts';
import { DEFAULT_KERNEL, ModuleList } from './module-list.ts';

const KAIMING_NORMAL: Initializer = { kind: 'varianceScaling', scale: 2, mode: 'fanIn', distribution: 'normal' };
/** Filters that each layer adds to those before it. */
const GROWTH = 32;
/** The narrow convolution of a layer is so many times as wide as what the layer adds. */
const BOTTLENECK = 4;
const STEM_FILTERS = 64;
/** Layers of the dense blocks of DenseNet-121. */
const BLOCKS = [6, 12, 24, 16] as const;

/** The filters of all layers before it, narrowed, then those that it adds. */
function denseLayer(list: ModuleList, name: string): string {
  list.batchNorm(`${name}.norm1`);
  list.activation(`${name}.relu1`, 'relu');
  list.convolution(`${name}.conv1`, { filters: BOTTLENECK * GROWTH, size: 1 });
  list.batchNorm(`${name}.norm2`);
  list.activation(`${name}.relu2`, 'relu');
  return list.convolution(`${name}.conv2`, { filters: GROWTH, size: 3 });
}

/** Half the filters at half the height and width. */
function transition(list: ModuleList, name: string, filters: number): void {
  list.startBlock(name);
  list.batchNorm(`${name}.norm`);
  list.activation(`${name}.relu`, 'relu');
  list.convolution(`${name}.conv`, { filters, size: 1 });
  list.averagePool(`${name}.pool`, { size: 2, stride: 2 });
}

/**
 * DenseNet-121 as torchvision builds it: "Densely Connected Convolutional Networks" (Huang et al., 2016,
 * https://arxiv.org/abs/1608.06993).
 */
export function torchDensenet121({ size, top }: BuildOptions): readonly Layer[] {
  const list = new ModuleList(size, { kernel: KAIMING_NORMAL });
  list.startBlock('stem');
  list.convolution('features.conv0', { filters: STEM_FILTERS, size: 7, stride: 2 });
  list.batchNorm('features.norm0');
  list.activation('features.relu0', 'relu');
  list.maxPool('features.pool0', { size: 3, stride: 2, padding: 1 });
  let filters = STEM_FILTERS;
  BLOCKS.forEach((layers, index) => {
    const block = `features.denseblock${index + 1}`;
    list.startBlock(block);
    for (let place = 1; place <= layers; place += 1) {
      const before = list.last;
      const added = denseLayer(list, `${block}.denselayer${place}`);
      list.combine('concatenate', `${block}.concatenate${place}`, [before, added]);
      filters += GROWTH;
    }
    if (index === BLOCKS.length - 1) return;
    filters /= 2;
    transition(list, `features.transition${index + 1}`, filters);
  });
  list.startBlock('out');
  list.batchNorm('features.norm5');
  list.activation('relu', 'relu');
  if (top !== null) {
    list.startBlock('pooling');
    list.globalPool('avgpool', { keepDimensions: false });
    list.startBlock('top');
    list.dense('classifier', top, { kernel: DEFAULT_KERNEL, bias: { kind: 'zeros' } });
  }
  return list.layers;
}

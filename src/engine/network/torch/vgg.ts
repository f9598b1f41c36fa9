import type { BuildOptions } from '../family.ts';
import type { Layer } from '../layer.ts';
import { KAIMING_FAN_OUT, ModuleList } from './module-list.ts';
import { plainClassifier } from './plain-classifier.ts';

/** Filters of the five blocks. */
const FILTERS = [64, 128, 256, 512, 512] as const;

/**
 * VGG without BatchNorm as torchvision builds it: "Very Deep Convolutional Networks for Large-Scale Image Recognition"
 * (Simonyan and Zisserman, 2014, https://arxiv.org/abs/1409.1556).
 *
 * @param convolutions of each block: 2, 2, 3, 3, 3 for VGG16, 2, 2, 4, 4, 4 for VGG19
 */
export function torchVgg({ size, top }: BuildOptions, convolutions: readonly number[]): readonly Layer[] {
  const list = new ModuleList(size, { kernel: KAIMING_FAN_OUT });
  let index = 0;
  const next = (): string => {
    const name = `features.${index}`;
    index += 1;
    return name;
  };
  FILTERS.forEach((filters, block) => {
    list.startBlock(`block${block + 1}`);
    for (let count = 0; count < (convolutions[block] ?? 0); count += 1) {
      list.convolution(next(), { filters, size: 3, bias: { kind: 'zeros' } });
      list.activation(next(), 'relu');
    }
    list.maxPool(next(), { size: 2, stride: 2 });
  });
  if (top !== null) {
    plainClassifier(list, top, {
      pooled: 7,
      channels: 512,
      dropoutFirst: false,
      initializers: () => ({ kernel: { kind: 'normal', standardDeviation: 0.01 }, bias: { kind: 'zeros' } }),
    });
  }
  return list.layers;
}

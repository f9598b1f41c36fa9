import type { BuildOptions } from '../family.ts';
import type { Layer } from '../layer.ts';
import { ScopeList } from './scope-list.ts';

/** Filters of the five groups of convolutions. */
const FILTERS = [64, 128, 256, 512, 512] as const;
const FULLY_CONNECTED_UNITS = 4096;

/**
 * VGG as TF-slim builds it, its dense layers as convolutions: "Very Deep Convolutional Networks for Large-Scale Image
 * Recognition" (Simonyan and Zisserman, 2014, https://arxiv.org/abs/1409.1556). An image larger than 224 pixels has logits
 * at several places, whose means are given, as TF-slim's own `global_pool` does.
 *
 * @param options.root the scope that every variable is in
 * @param options.convolutions of each group: 2, 2, 3, 3, 3 for VGG16, 2, 2, 4, 4, 4 for VGG19
 */
export function slimVgg(
  { size, top }: BuildOptions,
  { root, convolutions }: { readonly root: string; readonly convolutions: readonly number[] },
): readonly Layer[] {
  const list = new ScopeList(size, { root, kernel: { kind: 'glorotUniform' }, bias: { kind: 'zeros' } });
  const relu = { relu: true } as const;
  FILTERS.forEach((filters, index) => {
    const group = `conv${index + 1}`;
    list.startBlock(group);
    for (let place = 1; place <= (convolutions[index] ?? 0); place += 1) {
      list.convolution(`${group}/${group}_${place}`, { filters, size: [3, 3] }, relu);
    }
    list.pool('maxPool2d', `pool${index + 1}`, { size: 2, stride: 2, padding: 'valid' });
  });
  if (top !== null) {
    list.startBlock('top');
    list.convolution('fc6', { filters: FULLY_CONNECTED_UNITS, size: [7, 7], padding: 'valid' }, relu);
    list.dropout('dropout6', 0.5);
    list.convolution('fc7', { filters: FULLY_CONNECTED_UNITS, size: [1, 1] }, relu);
    list.dropout('dropout7', 0.5);
    list.convolution('fc8', { filters: top, size: [1, 1] }, { relu: false });
    list.globalPool('fc8/squeezed', { keepDimensions: false });
  }
  return list.layers;
}

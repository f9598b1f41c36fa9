import type { BuildOptions } from '../family.ts';
import type { Initializer, Layer } from '../layer.ts';
import { ScopeList } from './scope-list.ts';

/** [name, filters, rows and columns, whether a pooling comes after it] of the convolutions but the first. */
const CONVOLUTIONS: readonly (readonly [string, number, number, boolean])[] = [
  ['conv2', 192, 5, true],
  ['conv3', 384, 3, false],
  ['conv4', 384, 3, false],
  ['conv5', 256, 3, true],
];
const FULLY_CONNECTED_UNITS = 4096;

/**
 * AlexNet as TF-slim builds it, its dense layers as convolutions: "One weird trick for parallelizing convolutional neural
 * networks" (Krizhevsky, 2014, https://arxiv.org/abs/1404.5997). An image larger than 224 pixels has logits at several
 * places, whose means are given.
 */
export function slimAlexnet({ size, top }: BuildOptions): readonly Layer[] {
  const list = new ScopeList(size, {
    root: 'alexnet_v2',
    kernel: { kind: 'glorotUniform' },
    bias: { kind: 'constant', value: 0.1 },
  });
  const relu = { relu: true } as const;
  const pool = (name: string): string => list.pool('maxPool2d', name, { size: 3, stride: 2, padding: 'valid' });
  list.startBlock('conv1');
  list.convolution('conv1', { filters: 64, size: [11, 11], stride: 4, padding: 'valid' }, relu);
  pool('pool1');
  for (const [name, filters, pixels, pools] of CONVOLUTIONS) {
    list.startBlock(name);
    list.convolution(name, { filters, size: [pixels, pixels] }, relu);
    if (pools) pool(name.replace('conv', 'pool'));
  }
  if (top !== null) {
    const kernel: Initializer = { kind: 'truncatedNormal', standardDeviation: 0.005 };
    list.startBlock('top');
    list.convolution('fc6', { filters: FULLY_CONNECTED_UNITS, size: [5, 5], padding: 'valid', kernel }, relu);
    list.dropout('dropout6', 0.5);
    list.convolution('fc7', { filters: FULLY_CONNECTED_UNITS, size: [1, 1], kernel }, relu);
    list.dropout('dropout7', 0.5);
    list.convolution('fc8', { filters: top, size: [1, 1], kernel, bias: { kind: 'zeros' } }, { relu: false });
    list.globalPool('fc8/squeezed', { keepDimensions: false });
  }
  return list.layers;
}

import type { BuildOptions } from '../family.ts';
import type { Initializer, Layer } from '../layer.ts';
import { ModuleList } from './module-list.ts';

const KAIMING_UNIFORM: Initializer = { kind: 'varianceScaling', scale: 2, mode: 'fanIn', distribution: 'uniform' };
const ZEROS: Initializer = { kind: 'zeros' };

/** Squeezed and expanded filters of the modules after the stem; null is a pooling. */
const MODULES: readonly (readonly [number, number] | null)[] = [
  [16, 64],
  [16, 64],
  null,
  [32, 128],
  [32, 128],
  null,
  [48, 192],
  [48, 192],
  [64, 256],
  [64, 256],
];

/** A convolution of single pixels, then ones of single pixels and of three by three side by side. */
function fire(list: ModuleList, name: string, squeezed: number, expanded: number): void {
  const convolution = (own: string, filters: number, size: number, input: string): string => {
    list.convolution(`${name}.${own}`, { filters, size, bias: ZEROS }, input);
    return list.activation(`${name}.${own}_activation`, 'relu');
  };
  list.startBlock(name);
  const squeeze = convolution('squeeze', squeezed, 1, list.last);
  const single = convolution('expand1x1', expanded, 1, squeeze);
  const around = convolution('expand3x3', expanded, 3, squeeze);
  list.combine('concatenate', `${name}.concatenate`, [single, around]);
}

/**
 * SqueezeNet 1.1 as torchvision builds it: "SqueezeNet: AlexNet-level accuracy with 50x fewer parameters and <0.5MB model
 * size" (Iandola et al., 2016, https://arxiv.org/abs/1602.07360).
 */
export function torchSqueezenet({ size, top }: BuildOptions): readonly Layer[] {
  const list = new ModuleList(size, { kernel: KAIMING_UNIFORM });
  let pixels = Math.floor((size - 3) / 2) + 1;
  const pool = (name: string): void => {
    // `ceil_mode`: the last window of an even side reaches over its end by one.
    list.maxPool(name, { size: 3, stride: 2, extra: 1 - (pixels % 2) });
    pixels = Math.ceil((pixels - 3) / 2) + 1;
  };
  list.startBlock('stem');
  list.convolution('features.0', { filters: 64, size: 3, stride: 2, padding: 0, bias: ZEROS });
  list.activation('features.1', 'relu');
  pool('features.2');
  MODULES.forEach((filters, index) => {
    const name = `features.${index + 3}`;
    if (filters) fire(list, name, ...filters);
    else pool(name);
  });
  if (top !== null) {
    list.startBlock('top');
    list.dropout('classifier.0', 0.5);
    const kernel = { kind: 'normal', standardDeviation: 0.01 } as const;
    list.convolution('classifier.1', { filters: top, size: 1, bias: ZEROS, kernel });
    list.activation('classifier.2', 'relu');
    list.globalPool('classifier.3', { keepDimensions: false });
  }
  return list.layers;
}

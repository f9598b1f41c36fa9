import type { BuildOptions } from '../family.ts';
import type { Layer } from '../layer.ts';
import { DEFAULT_KERNEL, defaultBias, ModuleList } from './module-list.ts';
import { plainClassifier } from './plain-classifier.ts';

interface Convolution {
  readonly filters: number;
  readonly size: number;
  readonly stride?: number;
  readonly padding: number;
  readonly pools: boolean;
}

const CONVOLUTIONS: readonly Convolution[] = [
  { filters: 64, size: 11, stride: 4, padding: 2, pools: true },
  { filters: 192, size: 5, padding: 2, pools: true },
  { filters: 384, size: 3, padding: 1, pools: false },
  { filters: 256, size: 3, padding: 1, pools: false },
  { filters: 256, size: 3, padding: 1, pools: true },
];

/**
 * AlexNet as torchvision builds it: "One weird trick for parallelizing convolutional neural networks" (Krizhevsky, 2014,
 * https://arxiv.org/abs/1404.5997).
 */
export function torchAlexnet({ size, top }: BuildOptions): readonly Layer[] {
  const list = new ModuleList(size, { kernel: DEFAULT_KERNEL });
  let index = 0;
  const next = (): string => {
    const name = `features.${index}`;
    index += 1;
    return name;
  };
  let channels = 3;
  CONVOLUTIONS.forEach(({ pools, ...convolution }, place) => {
    list.startBlock(`block${place + 1}`);
    list.convolution(next(), { ...convolution, bias: defaultBias(convolution.size ** 2 * channels) });
    list.activation(next(), 'relu');
    if (pools) list.maxPool(next(), { size: 3, stride: 2 });
    channels = convolution.filters;
  });
  if (top !== null) {
    plainClassifier(list, top, {
      pooled: 6,
      channels,
      dropoutFirst: true,
      initializers: (fanIn) => ({ kernel: DEFAULT_KERNEL, bias: defaultBias(fanIn) }),
    });
  }
  return list.layers;
}

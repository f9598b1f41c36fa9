import type { BuildOptions } from '../family.ts';
import type { Layer } from '../layer.ts';
import { GLOROT, LayerList } from './layer-list.ts';

/** Filters of the five blocks. */
const FILTERS = [64, 128, 256, 512, 512] as const;
const FULLY_CONNECTED_UNITS = 4096;

/** Convolutions of three by three with their ReLU, then the largest of each two by two pixels. */
function convolutionBlock(list: LayerList, block: string, filters: number, convolutions: number): void {
  list.startBlock(block);
  for (let count = 1; count <= convolutions; count += 1) {
    list.conv2d(`${block}_conv${count}`, { filters, size: 3, useBias: true, activation: 'relu' });
  }
  list.maxPool(`${block}_pool`, { size: 2, stride: 2 });
}

/**
 * The published classifier, which takes images of one size only: it looks at every pixel of the last block. It gives logits,
 * the softmax being the loss's or the reader's.
 *
 * @param features pixels times channels of the last block
 */
function publishedTop(list: LayerList, features: number, classes: number): void {
  const dense = { kind: 'dense', useBias: true, kernelInitializer: GLOROT } as const;
  list.startBlock('top');
  list.add('flatten', { kind: 'reshape', shape: [features] });
  list.add('fc1', { ...dense, units: FULLY_CONNECTED_UNITS, activation: 'relu' });
  list.add('fc2', { ...dense, units: FULLY_CONNECTED_UNITS, activation: 'relu' });
  list.add('predictions', { ...dense, units: classes });
}

/**
 * VGG as Keras Applications builds it: "Very Deep Convolutional Networks for Large-Scale Image Recognition" (Simonyan and
 * Zisserman, 2014, https://arxiv.org/abs/1409.1556).
 *
 * @param convolutions those of the five blocks: the paper's configurations
 * @returns the builder: `size` at least 32; without top it ends at the last pooling [h, w, 512]
 */
export function vgg(convolutions: readonly number[]): (options: BuildOptions) => readonly Layer[] {
  return ({ size, top }) => {
    const list = new LayerList(size);
    FILTERS.forEach((filters, index) => {
      convolutionBlock(list, `block${index + 1}`, filters, convolutions[index] ?? 0);
    });
    if (top !== null) {
      const side = FILTERS.reduce((below) => Math.floor(below / 2), size);
      publishedTop(list, side * side * (FILTERS.at(-1) ?? 0), top);
    }
    return list.layers;
  };
}

import type { BuildOptions } from '../family.ts';
import type { DenseLayer, Initializer, Layer } from '../layer.ts';

const GLOROT: Initializer = { kind: 'glorotUniform' };

/** [filters, convolutions] of the five blocks: the paper's configuration D. */
const BLOCKS: readonly (readonly [number, number])[] = [
  [64, 2],
  [128, 2],
  [256, 3],
  [512, 3],
  [512, 3],
];
const FULLY_CONNECTED_UNITS = 4096;

/** Convolutions of three by three with their ReLU, then the largest of each two by two pixels. */
function convolutionBlock(block: string, input: string, filters: number, convolutions: number): readonly Layer[] {
  const layers: Layer[] = [];
  let below = input;
  for (let count = 1; count <= convolutions; count += 1) {
    const name = `${block}_conv${count}`;
    layers.push({
      kind: 'conv2d',
      filters,
      kernelSize: [3, 3],
      strides: [1, 1],
      padding: 'same',
      useBias: true,
      activation: 'relu',
      kernelInitializer: GLOROT,
      name,
      inputs: [below],
      block,
    });
    below = name;
  }
  const window = { poolSize: [2, 2], strides: [2, 2], padding: 'valid' } as const;
  return [...layers, { kind: 'maxPool2d', ...window, name: `${block}_pool`, inputs: [below], block }];
}

/**
 * The published classifier, which takes images of one size only: it looks at every pixel of the last block. It gives logits,
 * the softmax being the loss's or the reader's.
 *
 * @param features pixels times channels of the last block
 */
function publishedTop(input: string, features: number, classes: number): readonly Layer[] {
  const dense = (name: string, below: string, units: number): DenseLayer => ({
    kind: 'dense',
    units,
    useBias: true,
    kernelInitializer: GLOROT,
    name,
    inputs: [below],
    block: 'top',
  });
  return [
    { kind: 'reshape', shape: [features], name: 'flatten', inputs: [input], block: 'top' },
    { ...dense('fc1', 'flatten', FULLY_CONNECTED_UNITS), activation: 'relu' },
    { ...dense('fc2', 'fc1', FULLY_CONNECTED_UNITS), activation: 'relu' },
    dense('predictions', 'fc2', classes),
  ];
}

/**
 * VGG16 as Keras Applications builds it: "Very Deep Convolutional Networks for Large-Scale Image Recognition" (Simonyan and
 * Zisserman, 2014, https://arxiv.org/abs/1409.1556).
 *
 * @param options.size height and width of the input, at least 32
 * @param options.top classes of the published classifier, or null to end at the last pooling [h, w, 512]
 */
export function vgg16(options: BuildOptions): readonly Layer[] {
  const layers: Layer[] = [
    { kind: 'input', shape: [options.size, options.size, 3], name: 'input_1', inputs: [], block: 'input' },
  ];
  const last = (): string => layers.at(-1)?.name ?? '';
  let [size, channels] = [options.size, 3];
  BLOCKS.forEach(([filters, convolutions], index) => {
    layers.push(...convolutionBlock(`block${index + 1}`, last(), filters, convolutions));
    [size, channels] = [Math.floor(size / 2), filters];
  });
  if (options.top !== null) layers.push(...publishedTop(last(), size * size * channels, options.top));
  return layers;
}

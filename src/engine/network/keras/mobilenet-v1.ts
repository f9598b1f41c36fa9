import type { BuildOptions } from '../family.ts';
import type { Initializer, Layer } from '../layer.ts';

const GLOROT: Initializer = { kind: 'glorotUniform' };
/** Keras Applications leaves both at its layer's defaults of the time. */
const BATCH_NORM = { kind: 'batchNorm', epsilon: 1e-3, momentum: 0.99, scale: true, center: true } as const;

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

/** BatchNorm and ReLU6 after the convolution `name`. */
function normalised(name: string, block: string): readonly Layer[] {
  // Keras names the first block's BatchNorm `conv1_bn`, the others' after their convolution: one rule for both.
  return [
    { ...BATCH_NORM, name: `${name}_bn`, inputs: [name], block },
    { kind: 'activation', activation: 'relu6', name: `${name}_relu`, inputs: [`${name}_bn`], block },
  ];
}

function separableBlock(index: number, input: string, filters: number, stride: number): readonly Layer[] {
  const block = `block_${index}`;
  const depthwise = `conv_dw_${index}`;
  const pointwise = `conv_pw_${index}`;
  const padding = `conv_pad_${index}`;
  return [
    // Keras pads before a strided convolution (nothing before, one after) instead of asking for SAME.
    ...(stride === 1
      ? []
      : [
          {
            kind: 'zeroPadding2d',
            padding: { top: 0, bottom: 1, left: 0, right: 1 },
            name: padding,
            inputs: [input],
            block,
          } as const,
        ]),
    {
      kind: 'depthwiseConv2d',
      kernelSize: [3, 3],
      strides: [stride, stride],
      padding: stride === 1 ? 'same' : 'valid',
      depthMultiplier: 1,
      useBias: false,
      kernelInitializer: GLOROT,
      name: depthwise,
      inputs: [stride === 1 ? input : padding],
      block,
    },
    ...normalised(depthwise, block),
    {
      kind: 'conv2d',
      filters,
      kernelSize: [1, 1],
      strides: [1, 1],
      padding: 'same',
      useBias: false,
      kernelInitializer: GLOROT,
      name: pointwise,
      inputs: [`${depthwise}_relu`],
      block,
    },
    ...normalised(pointwise, block),
  ];
}

/** The published classifier of 1000 classes; its last layer gives logits, the softmax being the loss's or the reader's. */
function publishedTop(input: string, classes: number): readonly Layer[] {
  return [
    {
      kind: 'globalAveragePooling2d',
      keepDimensions: true,
      name: 'global_average_pooling2d',
      inputs: [input],
      block: 'pooling',
    },
    { kind: 'dropout', rate: 1e-3, name: 'dropout', inputs: ['global_average_pooling2d'], block: 'top' },
    {
      kind: 'conv2d',
      filters: classes,
      kernelSize: [1, 1],
      strides: [1, 1],
      padding: 'same',
      useBias: true,
      kernelInitializer: GLOROT,
      name: 'conv_preds',
      inputs: ['dropout'],
      block: 'top',
    },
    { kind: 'reshape', shape: [classes], name: 'reshape_2', inputs: ['conv_preds'], block: 'top' },
  ];
}

/**
 * MobileNet v1 as Keras Applications builds it: "MobileNets: Efficient Convolutional Neural Networks for Mobile Vision
 * Applications" (Howard et al., 2017, https://arxiv.org/abs/1704.04861).
 *
 * @param options.width the paper's width multiplier alpha
 * @param options.size height and width of the input, at least 32
 * @param options.top classes of the published classifier, or null to end at the last activation [h, w, 1024 * width]
 */
export function mobilenetV1(options: BuildOptions): readonly Layer[] {
  const scaled = (filters: number): number => Math.trunc(filters * options.width);
  const layers: Layer[] = [
    { kind: 'input', shape: [options.size, options.size, 3], name: 'input_1', inputs: [], block: 'input' },
    {
      kind: 'conv2d',
      filters: scaled(32),
      kernelSize: [3, 3],
      strides: [2, 2],
      padding: 'same',
      useBias: false,
      kernelInitializer: GLOROT,
      name: 'conv1',
      inputs: ['input_1'],
      block: 'stem',
    },
    ...normalised('conv1', 'stem'),
  ];
  BLOCKS.forEach(([filters, stride], index) => {
    const input = layers.at(-1)?.name ?? '';
    layers.push(...separableBlock(index + 1, input, scaled(filters), stride));
  });
  if (options.top !== null) layers.push(...publishedTop(layers.at(-1)?.name ?? '', options.top));
  return layers;
}

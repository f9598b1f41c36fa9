import { divisible } from '../divisible.ts';
import type { BuildOptions } from '../family.ts';
import type { Initializer, Layer } from '../layer.ts';
import { denseTop } from './dense-top.ts';

const GLOROT: Initializer = { kind: 'glorotUniform' };
const BATCH_NORM = { kind: 'batchNorm', epsilon: 1e-3, momentum: 0.999, scale: true, center: true } as const;

/** [filters at width 1.0, stride of the first block, blocks] of the stages, the paper's table 2. */
const STAGES: readonly (readonly [number, number, number])[] = [
  [16, 1, 1],
  [24, 2, 2],
  [32, 2, 3],
  [64, 2, 4],
  [96, 1, 3],
  [160, 2, 3],
  [320, 1, 1],
];
/** A block is so many times as wide inside as what enters it. */
const EXPANSION = 6;
const STEM_FILTERS = 32;
const LAST_FILTERS = 1280;

/** A convolution without bias and its BatchNorm; all but the first look at one pixel. */
function convolution(
  names: { readonly convolution: string; readonly batchNorm: string },
  block: string,
  input: string,
  options: { readonly filters: number; readonly size?: number; readonly stride?: number },
): readonly Layer[] {
  const { filters, size = 1, stride = 1 } = options;
  return [
    {
      kind: 'conv2d',
      filters,
      kernelSize: [size, size],
      strides: [stride, stride],
      padding: 'same',
      useBias: false,
      kernelInitializer: GLOROT,
      name: names.convolution,
      inputs: [input],
      block,
    },
    { ...BATCH_NORM, name: names.batchNorm, inputs: [names.convolution], block },
  ];
}

function relu6(name: string, block: string, input: string): Layer {
  return { kind: 'activation', activation: 'relu6', name, inputs: [input], block };
}

/** @param size height and width of the block's input: Keras pads an odd one on both sides, an even one after it alone */
function depthwise(block: string, input: string, stride: number, size: number): readonly Layer[] {
  const [name, padding] = [`${block}_depthwise`, `${block}_pad`];
  const before = size % 2;
  const isStrided = stride > 1;
  const pad: Layer = {
    kind: 'zeroPadding2d',
    padding: { top: before, bottom: 1, left: before, right: 1 },
    name: padding,
    inputs: [input],
    block,
  };
  return [
    ...(isStrided ? [pad] : []),
    {
      kind: 'depthwiseConv2d',
      kernelSize: [3, 3],
      strides: [stride, stride],
      padding: isStrided ? 'valid' : 'same',
      depthMultiplier: 1,
      useBias: false,
      kernelInitializer: GLOROT,
      name,
      inputs: [isStrided ? padding : input],
      block,
    },
    { ...BATCH_NORM, name: `${name}_BN`, inputs: [name], block },
    relu6(`${name}_relu`, block, `${name}_BN`),
  ];
}

interface Block {
  readonly name: string;
  /** Height and width of what enters it. */
  readonly size: number;
  /** Channels of what enters it. */
  readonly channels: number;
  readonly filters: number;
  readonly stride: number;
  /** The first block of all does not expand. */
  readonly expands: boolean;
}

/** Wide inside, narrow at both ends, the narrow end linear; ends are added where they are of one shape. */
function invertedResidual(input: string, options: Block): readonly Layer[] {
  const { name: block, size, channels, filters, stride } = options;
  const [expand, project] = [`${block}_expand`, `${block}_project`];
  const expansion = options.expands
    ? [
        ...convolution({ convolution: expand, batchNorm: `${expand}_BN` }, block, input, {
          filters: EXPANSION * channels,
        }),
        relu6(`${expand}_relu`, block, `${expand}_BN`),
      ]
    : [];
  return [
    ...expansion,
    ...depthwise(block, expansion.at(-1)?.name ?? input, stride, size),
    ...convolution({ convolution: project, batchNorm: `${project}_BN` }, block, `${block}_depthwise_relu`, { filters }),
    ...(stride === 1 && channels === filters
      ? [{ kind: 'add', name: `${block}_add`, inputs: [input, `${project}_BN`], block } as const]
      : []),
  ];
}

/** The blocks' options, the first called `expanded_conv` as in Keras, the others counted from 1. */
function blocksOf(width: number, size: number): readonly Block[] {
  const blocks: Block[] = [];
  let channels = divisible(STEM_FILTERS * width);
  for (const [unscaled, firstStride, count] of STAGES) {
    const filters = divisible(Math.trunc(unscaled * width));
    for (let place = 0; place < count; place += 1) {
      const stride = place === 0 ? firstStride : 1;
      const expands = blocks.length > 0;
      blocks.push({
        name: expands ? `block_${blocks.length}` : 'expanded_conv',
        size,
        channels,
        filters,
        stride,
        expands,
      });
      size = Math.ceil(size / stride);
      channels = filters;
    }
  }
  return blocks;
}

/**
 * MobileNetV2 as Keras Applications builds it: "MobileNetV2: Inverted Residuals and Linear Bottlenecks" (Sandler et al.,
 * 2018, https://arxiv.org/abs/1801.04381).
 *
 * @param options.width the paper's width multiplier; the last convolution never has less than 1280 filters
 * @param options.size height and width of the input, at least 32
 * @param options.top classes of the published classifier, or null to end at the last activation [h, w, 1280 or more]
 */
export function mobilenetV2(options: BuildOptions): readonly Layer[] {
  const { width, size } = options;
  const layers: Layer[] = [
    { kind: 'input', shape: [size, size, 3], name: 'input_1', inputs: [], block: 'input' },
    ...convolution({ convolution: 'Conv1', batchNorm: 'bn_Conv1' }, 'stem', 'input_1', {
      ...{ filters: divisible(STEM_FILTERS * width), size: 3, stride: 2 },
    }),
    relu6('Conv1_relu', 'stem', 'bn_Conv1'),
  ];
  const last = (): string => layers.at(-1)?.name ?? '';
  for (const block of blocksOf(width, Math.ceil(size / 2))) layers.push(...invertedResidual(last(), block));
  layers.push(
    ...convolution({ convolution: 'Conv_1', batchNorm: 'Conv_1_bn' }, 'out', last(), {
      filters: width > 1 ? divisible(LAST_FILTERS * width) : LAST_FILTERS,
    }),
    relu6('out_relu', 'out', 'Conv_1_bn'),
  );
  if (options.top !== null) layers.push(...denseTop(last(), options.top, 'global_average_pooling2d'));
  return layers;
}

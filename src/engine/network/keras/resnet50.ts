import { denseTop } from './dense-top.ts';
import { inKerasOrder } from './keras-order.ts';
import type { BuildOptions } from '../family.ts';
import type { Initializer, Layer } from '../layer.ts';

const GLOROT: Initializer = { kind: 'glorotUniform' };
const BATCH_NORM = { kind: 'batchNorm', epsilon: 1.001e-5, momentum: 0.99, scale: true, center: true } as const;

/** [narrow filters, blocks, stride of the first block] of the stages conv2 to conv5. */
const STAGES: readonly (readonly [number, number, number])[] = [
  [64, 3, 1],
  [128, 4, 2],
  [256, 6, 2],
  [512, 3, 2],
];
/** A block gives this many times its narrow filters. */
const EXPANSION = 4;

/** `<name>_conv` and its BatchNorm `<name>_bn`. */
function convolution(
  name: string,
  block: string,
  input: string,
  options: {
    readonly filters: number;
    readonly size: number;
    readonly stride: number;
    readonly padding: 'same' | 'valid';
  },
): readonly Layer[] {
  return [
    {
      kind: 'conv2d',
      filters: options.filters,
      kernelSize: [options.size, options.size],
      strides: [options.stride, options.stride],
      padding: options.padding,
      useBias: true,
      kernelInitializer: GLOROT,
      name: `${name}_conv`,
      inputs: [input],
      block,
    },
    { ...BATCH_NORM, name: `${name}_bn`, inputs: [`${name}_conv`], block },
  ];
}

function relu(name: string, block: string, input: string): Layer {
  return { kind: 'activation', activation: 'relu', name, inputs: [input], block };
}

function zeroPadding(name: string, block: string, input: string, pixels: number): Layer {
  const padding = { top: pixels, bottom: pixels, left: pixels, right: pixels };
  return { kind: 'zeroPadding2d', padding, name, inputs: [input], block };
}

/** Seven by seven convolution and pooling, to a quarter of the height and width. */
function stem(input: string): readonly Layer[] {
  const block = 'conv1';
  return [
    zeroPadding('conv1_pad', block, input, 3),
    ...convolution('conv1', block, 'conv1_pad', { filters: 64, size: 7, stride: 2, padding: 'valid' }),
    relu('conv1_relu', block, 'conv1_bn'),
    zeroPadding('pool1_pad', block, 'conv1_relu', 1),
    {
      kind: 'maxPool2d',
      poolSize: [3, 3],
      strides: [2, 2],
      padding: 'valid',
      name: 'pool1_pool',
      inputs: ['pool1_pad'],
      block,
    },
  ];
}

/**
 * Three convolutions beside a shortcut. Keras keeps the paper's place of the stride, the first convolution of one pixel,
 * where PyTorch ("v1.5") has it in the one of three by three.
 *
 * @param projects whether the shortcut has a convolution of its own
 */
function bottleneck(
  block: string,
  input: string,
  filters: number,
  stride: number,
  projects: boolean,
): readonly Layer[] {
  const wide = filters * EXPANSION;
  return [
    ...(projects ? convolution(`${block}_0`, block, input, { filters: wide, size: 1, stride, padding: 'valid' }) : []),
    ...convolution(`${block}_1`, block, input, { filters, size: 1, stride, padding: 'valid' }),
    relu(`${block}_1_relu`, block, `${block}_1_bn`),
    ...convolution(`${block}_2`, block, `${block}_1_relu`, { filters, size: 3, stride: 1, padding: 'same' }),
    relu(`${block}_2_relu`, block, `${block}_2_bn`),
    ...convolution(`${block}_3`, block, `${block}_2_relu`, { filters: wide, size: 1, stride: 1, padding: 'valid' }),
    {
      kind: 'add',
      name: `${block}_add`,
      inputs: [projects ? `${block}_0_bn` : input, `${block}_3_bn`],
      block,
    },
    relu(`${block}_out`, block, `${block}_add`),
  ];
}

/**
 * ResNet50 as Keras Applications builds it: "Deep Residual Learning for Image Recognition" (He et al., 2015,
 * https://arxiv.org/abs/1512.03385).
 *
 * @param options.size height and width of the input, at least 32
 * @param options.top classes of the published classifier, or null to end at the last activation [h, w, 2048]
 */
export function resnet50(options: BuildOptions): readonly Layer[] {
  const layers: Layer[] = [
    { kind: 'input', shape: [options.size, options.size, 3], name: 'input_1', inputs: [], block: 'input' },
    ...stem('input_1'),
  ];
  const last = (): string => layers.at(-1)?.name ?? '';
  STAGES.forEach(([filters, blocks, stride], stage) => {
    for (let index = 1; index <= blocks; index += 1) {
      const isFirst = index === 1;
      layers.push(...bottleneck(`conv${stage + 2}_block${index}`, last(), filters, isFirst ? stride : 1, isFirst));
    }
  });
  if (options.top !== null) layers.push(...denseTop(last(), options.top));
  return inKerasOrder(layers, last());
}

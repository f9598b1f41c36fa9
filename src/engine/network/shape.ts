import { ThawError } from '../../shared/errors/thaw-error.ts';
import { checkLayer, checkNames, refuse } from './check-layer.ts';
import { adapted, combined, cropped, enlarged, permuted, reflected, reshaped, resized } from './image-shape.ts';
import { tensorLeaf } from './foreign/foreign-graph.ts';
import type { Conv2dLayer, Initializer, Layer, Network, Padding, TensorRole, TensorSpecification } from './layer.ts';

/** A layer's output without its batch dimension: [height, width, channels], or [features]. */
export type Shape = readonly number[];

function spatial(layer: Layer, input: Shape): readonly [number, number, number] {
  const [height, width, channels] = input;
  if (input.length !== 3 || height === undefined || width === undefined || channels === undefined) {
    refuse(layer, 'an input of [height, width, channels]', 'Put it before the pooling, or reshape its input.', input);
  }
  return [height, width, channels];
}

function windowed(
  size: number,
  kernel: number,
  stride: number,
  before: number,
  after: number,
  padding: Padding,
): number {
  return padding === 'same' ? Math.ceil(size / stride) : Math.floor((size + before + after - kernel) / stride) + 1;
}

/** The output of a window of that size, [rows, columns], that slides over the input. */
function slid(
  layer: Layer & { readonly strides: readonly [number, number]; readonly padding: Padding },
  input: Shape,
  window: readonly [number, number],
  channels: number,
): Shape {
  const [height, width] = spatial(layer, input);
  const pad = typeof layer.padding === 'string' ? { top: 0, bottom: 0, left: 0, right: 0 } : layer.padding;
  const output = [
    windowed(height, window[0], layer.strides[0], pad.top, pad.bottom, layer.padding),
    windowed(width, window[1], layer.strides[1], pad.left, pad.right, layer.padding),
    channels,
  ];
  if (output.some((size) => size < 1)) {
    throw new ThawError(
      'network.invalid',
      `Layer '${layer.name}' leaves no pixel of an input of [${input.join(', ')}].`,
      'Use a larger input size.',
    );
  }
  return output;
}

/** The rows and columns that a kernel reaches over, its pixels being spread. */
function reach({
  kernelSize: [rows, columns],
  dilations: [down, across] = [1, 1],
}: Conv2dLayer): readonly [number, number] {
  return [(rows - 1) * down + 1, (columns - 1) * across + 1];
}

/** The channels that a filter sees: its group's. */
function channelsPerGroup({ name, groups = 1, filters }: Conv2dLayer, channels: number): number {
  if (channels % groups === 0 && filters % groups === 0) return channels / groups;
  throw new ThawError(
    'network.invalid',
    `Layer '${name}' needs channels and filters in ${groups} equal groups; received ${channels} channels and ${filters} filters.`,
    'Choose a number of groups that divides both.',
  );
}

function convolved(layer: Conv2dLayer, input: Shape): Shape {
  channelsPerGroup(layer, spatial(layer, input)[2]);
  const { dilations = [1, 1], strides } = layer;
  if (dilations.some((dilation) => dilation > 1) && strides.some((stride) => stride > 1)) {
    throw new ThawError(
      'network.invalid',
      `Layer '${layer.name}' needs strides of 1 for a kernel dilated by ${dilations.join(' x ')}; received ${strides.join(' x ')}.`,
      'Dilate the kernel, or move it by more than one pixel.',
    );
  }
  return slid(layer, input, reach(layer), layer.filters);
}

/** All channels of inputs of one height and width, or all features of vectors. */
function concatenated(layer: Layer, inputs: readonly Shape[]): Shape {
  if (inputs.every(({ length }) => length === 1)) return [inputs.reduce((sum, [size = 0]) => sum + size, 0)];
  const [height, width] = spatial(layer, inputs[0] ?? []);
  for (const input of inputs) {
    const [ownHeight, ownWidth] = spatial(layer, input);
    if (ownHeight === height && ownWidth === width) continue;
    throw new ThawError(
      'network.invalid',
      `Layer '${layer.name}' joins inputs of one height and width; received ${inputs.map((shape) => `[${shape.join(', ')}]`).join(' and ')}.`,
      'Bring its inputs to one size first.',
    );
  }
  return [height, width, inputs.reduce((sum, input) => sum + (input[2] ?? 0), 0)];
}

function outputShape(layer: Layer, inputs: readonly Shape[]): Shape {
  const input = inputs[0] ?? [];
  switch (layer.kind) {
    case 'input':
      return layer.shape;
    case 'conv2d':
      return convolved(layer, input);
    case 'depthwiseConv2d':
      return slid(layer, input, layer.kernelSize, spatial(layer, input)[2] * layer.depthMultiplier);
    case 'separableConv2d':
      return slid(layer, input, layer.kernelSize, layer.filters);
    case 'conv2dTranspose':
      return enlarged(layer, spatial(layer, input));
    case 'reflectionPadding2d':
      return reflected(layer, spatial(layer, input));
    case 'resizing':
      return resized(layer, spatial(layer, input));
    case 'localResponseNorm':
      return spatial(layer, input);
    case 'permute':
      return permuted(layer, input);
    case 'slice':
      return cropped(layer, input);
    case 'maxPool2d':
    case 'averagePool2d':
      return slid(layer, input, layer.poolSize, spatial(layer, input)[2]);
    case 'foreignGraph':
      return layer.shape;
    case 'adaptiveMaxPool2d':
    case 'adaptiveAveragePool2d':
      return adapted(layer, spatial(layer, input));
    case 'concatenate':
      return concatenated(layer, inputs);
    case 'zeroPadding2d': {
      const [height, width, channels] = spatial(layer, input);
      const { top, bottom, left, right } = layer.padding;
      return [height + top + bottom, width + left + right, channels];
    }
    case 'globalAveragePooling2d': {
      const channels = spatial(layer, input)[2];
      return layer.keepDimensions ? [1, 1, channels] : [channels];
    }
    case 'reshape':
      return reshaped(layer, input);
    case 'dense':
      return input.length === 1
        ? [layer.units]
        : refuse(layer, 'an input of [features]', 'Pool or flatten its input first.', input);
    case 'add':
    case 'multiply':
      return combined(layer, inputs);
    case 'batchNorm':
      return input.length === 1 ? input : spatial(layer, input);
    case 'rescaling':
      return layer.channelOrder === 'grey' ? [...input.slice(0, -1), 1] : input;
    case 'layerNorm':
    case 'activation':
    case 'dropout':
      return input;
  }
}

/** Networks are never changed, and every click in a window asks for these again. */
const knownShapes = new WeakMap<Network, ReadonlyMap<string, Shape>>();
const knownTensors = new WeakMap<Network, readonly TensorSpecification[]>();

function remembered<Value>(known: WeakMap<Network, Value>, network: Network, compute: () => Value): Value {
  const value = known.get(network) ?? compute();
  known.set(network, value);
  return value;
}

/**
 * The output shape of every layer, batch left out.
 *
 * @throws ThawError `network.invalid` for a layer whose inputs are unknown or do not fit
 */
export function layerShapes(network: Network): ReadonlyMap<string, Shape> {
  return remembered(knownShapes, network, () => computeShapes(network));
}

function computeShapes(network: Network): ReadonlyMap<string, Shape> {
  checkNames(network);
  const shapes = new Map<string, Shape>();
  for (const layer of network.layers) {
    const inputs = layer.inputs.map((name) => {
      const shape = shapes.get(name);
      if (!shape) {
        throw new ThawError(
          'network.invalid',
          `Layer '${layer.name}' takes its input from '${name}', which does not come before it.`,
          'List the layers in an order in which each comes after its inputs.',
        );
      }
      return shape;
    });
    shapes.set(layer.name, layerShape(layer, inputs));
  }
  return shapes;
}

/**
 * The output shape of one layer, batch left out.
 *
 * @param inputs of the layers that feed it
 * @throws ThawError `network.invalid` for a layer that its inputs do not fit
 */
export function layerShape(layer: Layer, inputs: readonly Shape[]): Shape {
  checkLayer(layer);
  return outputShape(layer, inputs);
}

const ZEROS: Initializer = { kind: 'zeros' };
const ONES: Initializer = { kind: 'ones' };

/** The tensors of one layer, in the order in which Keras lists its weights. */
function layerTensors(layer: Layer, input: Shape): readonly TensorSpecification[] {
  const channels = input.at(-1) ?? 0;
  const tensor = (role: TensorRole, shape: readonly number[], initializer: Initializer): TensorSpecification => ({
    name: `${layer.name}/${role}`,
    layer: layer.name,
    role,
    shape,
    initializer,
  });
  switch (layer.kind) {
    case 'conv2d':
      return [
        tensor(
          'kernel',
          [...layer.kernelSize, channelsPerGroup(layer, channels), layer.filters],
          layer.kernelInitializer,
        ),
        ...(layer.useBias ? [tensor('bias', [layer.filters], layer.biasInitializer ?? ZEROS)] : []),
      ];
    case 'depthwiseConv2d':
      return [
        tensor('depthwise_kernel', [...layer.kernelSize, channels, layer.depthMultiplier], layer.kernelInitializer),
        ...(layer.useBias ? [tensor('bias', [channels * layer.depthMultiplier], layer.biasInitializer ?? ZEROS)] : []),
      ];
    case 'separableConv2d':
      return [
        tensor('depthwise_kernel', [...layer.kernelSize, channels, layer.depthMultiplier], layer.kernelInitializer),
        tensor('pointwise_kernel', [1, 1, channels * layer.depthMultiplier, layer.filters], layer.kernelInitializer),
        ...(layer.useBias ? [tensor('bias', [layer.filters], layer.biasInitializer ?? ZEROS)] : []),
      ];
    case 'conv2dTranspose':
      return [
        tensor('kernel', [...layer.kernelSize, layer.filters, channels], layer.kernelInitializer),
        ...(layer.useBias ? [tensor('bias', [layer.filters], layer.biasInitializer ?? ZEROS)] : []),
      ];
    case 'layerNorm':
      return [
        ...(layer.scale ? [tensor('gamma', [channels], ONES)] : []),
        ...(layer.center ? [tensor('beta', [channels], ZEROS)] : []),
      ];
    case 'dense':
      return [
        tensor('kernel', [channels, layer.units], layer.kernelInitializer),
        ...(layer.useBias ? [tensor('bias', [layer.units], layer.biasInitializer ?? ZEROS)] : []),
      ];
    case 'batchNorm':
      return [
        ...(layer.scale ? [tensor('gamma', [channels], ONES)] : []),
        ...(layer.center ? [tensor('beta', [channels], ZEROS)] : []),
        tensor('moving_mean', [channels], ZEROS),
        tensor('moving_variance', [channels], ONES),
      ];
    case 'foreignGraph':
      return layer.graph.tensors.map(({ node, shape }) => ({
        ...tensor('constant', shape, ZEROS),
        name: `${layer.name}/${tensorLeaf(node)}`,
      }));
    case 'input':
    case 'activation':
    case 'zeroPadding2d':
    case 'maxPool2d':
    case 'averagePool2d':
    case 'adaptiveMaxPool2d':
    case 'adaptiveAveragePool2d':
    case 'globalAveragePooling2d':
    case 'dropout':
    case 'reshape':
    case 'add':
    case 'multiply':
    case 'concatenate':
    case 'localResponseNorm':
    case 'permute':
    case 'reflectionPadding2d':
    case 'resizing':
    case 'rescaling':
    case 'slice':
      return [];
  }
}

/** Every tensor of the network, layer by layer. */
export function networkTensors(network: Network): readonly TensorSpecification[] {
  return remembered(knownTensors, network, () => {
    const shapes = layerShapes(network);
    return network.layers.flatMap((layer) => layerTensors(layer, shapes.get(layer.inputs[0] ?? '') ?? []));
  });
}

/** BatchNorm's moving statistics follow the data, never the gradient: Keras counts them as non-trainable always. */
export function isStatistic({ role }: TensorSpecification): boolean {
  return role === 'moving_mean' || role === 'moving_variance';
}

/** The number of values in a tensor of this shape. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

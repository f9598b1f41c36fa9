import type {
  Conv2dLayer,
  Conv2dTransposeLayer,
  DepthwiseConv2dLayer,
  SeparableConv2dLayer,
} from '../../network/layer.ts';
import { elementCount } from '../../network/shape.ts';
import { rowMajorStrides, stridedCopy } from '../../network/strided-copy.ts';
import { int, ints, type OnnxGraph, type Value } from './onnx-graph.ts';
import { padsOf, sidesOf } from './window-nodes.ts';

/** Reads a tensor of the layer by its role. */
export type Weights = (role: string) => Float32Array;

type Kernel = Pick<Conv2dLayer, 'kernelSize' | 'strides' | 'padding' | 'dilations'>;

/** Axes of our kernels in the order of ONNX': of [rows, columns, in, out] and of [rows, columns, out, in]. */
const OUT_IN_FIRST = [3, 2, 0, 1];

/** Of [rows, columns, channels, multiplier]. */
const CHANNELS_FIRST = [2, 3, 0, 1];

/** @param dims those of the result, where they are not those of the permuted kernel */
function kernelConstant(
  graph: OnnxGraph,
  name: string,
  values: Float32Array,
  shape: readonly number[],
  order: readonly number[],
  dims?: readonly number[],
): string {
  const permuted = order.map((axis) => shape[axis] ?? 1);
  if (values.length !== elementCount(shape)) throw new TypeError(`'${name}' has ${values.length} values.`);
  const strides = rowMajorStrides(shape);
  const turned = stridedCopy(
    values,
    permuted,
    order.map((axis) => strides[axis] ?? 0),
  );
  return graph.constant(name, dims ?? permuted, turned);
}

function attributesOf(input: Value, { kernelSize, strides, padding, dilations = [1, 1] }: Kernel, group: number) {
  const [rows, columns] = kernelSize;
  const reach = [(rows - 1) * dilations[0] + 1, (columns - 1) * dilations[1] + 1] as const;
  return {
    kernel_shape: ints(kernelSize),
    strides: ints(strides),
    pads: ints(padsOf(sidesOf(input), reach, strides, padding)),
    dilations: ints(dilations),
    group: int(group),
  };
}

function biasOf(graph: OnnxGraph, name: string, layer: { readonly useBias: boolean }, weights: Weights): string[] {
  if (!layer.useBias) return [];
  const bias = weights('bias');
  return [graph.constant(`${name}/bias`, [bias.length], bias)];
}

/** Each channel's filters are a group. */
function depthwise(
  graph: OnnxGraph,
  name: string,
  input: Value,
  layer: DepthwiseConv2dLayer | SeparableConv2dLayer,
  weights: Weights,
  bias: readonly string[],
): string {
  const channels = input.shape[2] ?? 0;
  const { kernelSize, depthMultiplier } = layer;
  const kernel = kernelConstant(
    graph,
    `${name}/depthwise_kernel`,
    weights('depthwise_kernel'),
    [...kernelSize, channels, depthMultiplier],
    CHANNELS_FIRST,
    [channels * depthMultiplier, 1, ...kernelSize],
  );
  return graph.node('Conv', name, [input.channelsFirst(), kernel, ...bias], attributesOf(input, layer, channels));
}

function transposed(
  graph: OnnxGraph,
  name: string,
  input: Value,
  layer: Conv2dTransposeLayer,
  output: readonly number[],
  weights: Weights,
): string {
  const { kernelSize, strides, padding, filters } = layer;
  const kernel = kernelConstant(
    graph,
    `${name}/kernel`,
    weights('kernel'),
    [...kernelSize, filters, input.shape[2] ?? 0],
    OUT_IN_FIRST,
  );
  const image = sidesOf(input);
  const enlarged = [output[0] ?? 0, output[1] ?? 0] as const;
  // The padding is that of the convolution whose gradient it is: from the large image to the small one.
  const pads = padsOf(enlarged, kernelSize, strides, padding);
  const beyond = ([0, 1] as const).map((side) => {
    const covered = (image[side] - 1) * strides[side] + kernelSize[side];
    return enlarged[side] - (covered - (pads[side] ?? 0) - (pads[side + 2] ?? 0));
  });
  const inputs = [input.channelsFirst(), kernel, ...biasOf(graph, name, layer, weights)];
  return graph.node('ConvTranspose', name, inputs, {
    kernel_shape: ints(kernelSize),
    strides: ints(strides),
    pads: ints(pads),
    output_padding: ints(beyond),
  });
}

/**
 * A convolution with its bias, its own activation left out.
 *
 * @param output the shape that it gives
 * @returns the name of its output, channels first
 */
export function convolutionNodes(
  graph: OnnxGraph,
  name: string,
  input: Value,
  layer: Conv2dLayer | DepthwiseConv2dLayer | SeparableConv2dLayer | Conv2dTransposeLayer,
  output: readonly number[],
  weights: Weights,
): string {
  const channels = input.shape[2] ?? 0;
  switch (layer.kind) {
    case 'conv2d': {
      const { kernelSize, filters, groups = 1 } = layer;
      const shape = [...kernelSize, channels / groups, filters];
      const kernel = kernelConstant(graph, `${name}/kernel`, weights('kernel'), shape, OUT_IN_FIRST);
      const inputs = [input.channelsFirst(), kernel, ...biasOf(graph, name, layer, weights)];
      return graph.node('Conv', name, inputs, attributesOf(input, layer, groups));
    }
    case 'depthwiseConv2d':
      return depthwise(graph, name, input, layer, weights, biasOf(graph, name, layer, weights));
    case 'separableConv2d': {
      const apart = depthwise(graph, `${name}/depthwise`, input, layer, weights, []);
      const kernel = kernelConstant(
        graph,
        `${name}/pointwise_kernel`,
        weights('pointwise_kernel'),
        [1, 1, channels * layer.depthMultiplier, layer.filters],
        OUT_IN_FIRST,
      );
      return graph.node('Conv', name, [apart, kernel, ...biasOf(graph, name, layer, weights)]);
    }
    case 'conv2dTranspose':
      return transposed(graph, name, input, layer, output, weights);
  }
}

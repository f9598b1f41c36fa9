import { shape, type } from '../attribute.ts';
import type { Backward, Graph, Tensor } from '../graph.ts';
import { convolutionBackward } from './convolution-backward.ts';
import { convolutionFilterGradient } from './convolution-filter-gradient.ts';
import { dilatedBackward } from './dilated-backward.ts';
import { expectShape, imageShape } from './expect-shape.ts';
import { groupedBackward } from './grouped-backward.ts';
import { windowAttributes, windowedSize, type DilatedWindowOptions, type WindowOptions } from './window.ts';

export interface Conv2dOptions extends DilatedWindowOptions {
  /** Equal parts of the channels, each convolved by filters of its own; 1 where it is left out. */
  readonly groups?: number;
}

/** Whether output pixel (y, x) sees input pixel (y, x) alone, for a filter of one pixel. */
function isUnmoved({ strides, padding }: WindowOptions): boolean {
  const unpadded = typeof padding === 'string' || Object.values(padding).every((size) => size === 0);
  return strides.every((stride) => stride === 1) && unpadded;
}

/**
 * The same tensor, behind an op that costs nothing: the runtime would take the bias and the activation after it into the
 * convolution before it, and its fused convolution refuses groups.
 */
function unfused(graph: Graph, name: string, convolved: Tensor): Tensor {
  return graph.single({
    op: 'EnsureShape',
    name,
    inputs: [convolved],
    attributes: { T: type(convolved.dtype), shape: shape(convolved.shape) },
    outputs: [convolved],
    backward: (gradients) => gradients,
  });
}

/**
 * Convolution.
 *
 * @param input [batch, height, width, channels]
 * @param filter [rows, columns, channels / groups, filters]
 * @returns [batch, height', width', filters]
 * @throws ThawError `graph.invalid` when the shapes do not fit, or a dilated filter moves by more than one pixel
 */
export function conv2d(graph: Graph, name: string, input: Tensor, filter: Tensor, options: Conv2dOptions): Tensor {
  const image = imageShape(name, input);
  const [rows = 0, columns = 0, channels = 0, filters = 0] = filter.shape;
  const { groups = 1, dilations: [down, across] = [1, 1], strides, padding } = options;
  expectShape(
    name,
    filter.shape.length === 4 && channels * groups === image.channels && filter.dtype === input.dtype,
    groups === 1
      ? 'a filter of [rows, columns, channels, filters] with the channels and the type of its input'
      : `a filter of [rows, columns, channels / ${groups}, filters] with the channels and the type of its input`,
    input,
    filter,
  );
  expectShape(name, filters % groups === 0, `as many filters in each of its ${groups} groups`, input, filter);
  // A window of one row or column has nothing to spread.
  const dilations = [rows === 1 ? 1 : down, columns === 1 ? 1 : across] as const;
  const isDilated = dilations.some((dilation) => dilation > 1);
  expectShape(
    name,
    !isDilated || strides.every((stride) => stride === 1),
    `strides of 1 for a filter dilated by ${dilations.join(' x ')}, not ${strides.join(' x ')}`,
    input,
  );
  const window: DilatedWindowOptions = { strides, padding, ...(isDilated && { dilations }) };
  const [height, width] = windowedSize(name, input, image, [rows, columns], window);
  const attributes = { T: type(input.dtype), ...windowAttributes(window) };
  const pointwise = rows === 1 && columns === 1 && isUnmoved(window);
  const output = { dtype: input.dtype, shape: [image.batch, height, width, filters] } as const;
  const backwardOf = (own: string, ownInput: Tensor, ownFilter: Tensor): Backward => {
    if (isDilated) return dilatedBackward(graph, own, ownInput, ownFilter, { padding, dilations });
    const parts = { input: ownInput, filter: ownFilter };
    const filterGradient = (scope: string, gradient: Tensor): Tensor =>
      convolutionFilterGradient(graph, scope, { input: ownInput, filterShape: ownFilter.shape, gradient, window });
    return convolutionBackward(graph, own, 'Conv2D', { ...parts, attributes, pointwise, filterGradient });
  };
  const convolved = graph.single({
    op: 'Conv2D',
    name,
    inputs: [input, filter],
    attributes,
    outputs: [output],
    backward:
      groups === 1
        ? backwardOf(name, input, filter)
        : groupedBackward(graph, name, { input, filter, groups }, backwardOf),
  });
  return groups === 1 ? convolved : unfused(graph, `${name}/unfused`, convolved);
}

import { type } from '../attribute.ts';
import type { Graph, Tensor } from '../graph.ts';
import { convolutionBackward } from './convolution-backward.ts';
import { expectShape, imageShape } from './expect-shape.ts';
import { pad } from './pad.ts';
import { windowAttributes, windowedSize, type WindowOptions } from './window.ts';

/**
 * Depthwise convolution: each channel has filters of its own.
 *
 * @param input [batch, height, width, channels]
 * @param filter [rows, columns, channels, multiplier]
 * @returns [batch, height', width', channels * multiplier]
 * @throws ThawError `graph.invalid` when the shapes do not fit, or the two strides differ, which TensorFlow does not have
 */
export function depthwiseConv2d(
  graph: Graph,
  name: string,
  input: Tensor,
  filter: Tensor,
  options: WindowOptions,
): Tensor {
  const image = imageShape(name, input);
  const [rows = 0, columns = 0, channels, multiplier = 0] = filter.shape;
  expectShape(
    name,
    filter.shape.length === 4 && channels === image.channels && filter.dtype === input.dtype,
    'a filter of [rows, columns, channels, multiplier] with the channels and the type of its input',
    input,
    filter,
  );
  const [down, across] = options.strides;
  expectShape(name, down === across, `one stride for rows and columns, not ${down} x ${across}`, input);
  if (typeof options.padding !== 'string') {
    // TensorFlow's op takes it too, but its optimiser ends the process over the op's shape ("Invalid index from the
    // dimension: 1, 0, H", seen with 2.21).
    const padded = pad(graph, `${name}/padded`, input, options.padding);
    return depthwiseConv2d(graph, name, padded, filter, { ...options, padding: 'VALID' });
  }
  const [height, width] = windowedSize(name, input, image, [rows, columns], options);
  const attributes = { T: type(input.dtype), ...windowAttributes(options) };
  return graph.single({
    op: 'DepthwiseConv2dNative',
    name,
    inputs: [input, filter],
    attributes,
    outputs: [{ dtype: input.dtype, shape: [image.batch, height, width, image.channels * multiplier] }],
    backward: convolutionBackward(graph, name, 'DepthwiseConv2dNative', { input, filter, attributes }),
  });
}

import { type } from '../attribute.ts';
import type { Graph, Tensor } from '../graph.ts';
import { convolutionBackward } from './convolution-backward.ts';
import { expectShape, imageShape } from './expect-shape.ts';
import { windowAttributes, windowedSize, type WindowOptions } from './window.ts';

/** Whether output pixel (y, x) sees input pixel (y, x) alone, for a filter of one pixel. */
function isUnmoved({ strides, padding }: WindowOptions): boolean {
  const unpadded = typeof padding === 'string' || Object.values(padding).every((size) => size === 0);
  return strides.every((stride) => stride === 1) && unpadded;
}

/**
 * Convolution.
 *
 * @param input [batch, height, width, channels]
 * @param filter [rows, columns, channels, filters]
 * @returns [batch, height', width', filters]
 * @throws ThawError `graph.invalid` when the shapes do not fit
 */
export function conv2d(graph: Graph, name: string, input: Tensor, filter: Tensor, options: WindowOptions): Tensor {
  const image = imageShape(name, input);
  const [rows = 0, columns = 0, channels, filters = 0] = filter.shape;
  expectShape(
    name,
    filter.shape.length === 4 && channels === image.channels && filter.dtype === input.dtype,
    'a filter of [rows, columns, channels, filters] with the channels and the type of its input',
    input,
    filter,
  );
  const [height, width] = windowedSize(name, input, image, [rows, columns], options);
  const attributes = { T: type(input.dtype), ...windowAttributes(options) };
  return graph.single({
    op: 'Conv2D',
    name,
    inputs: [input, filter],
    attributes,
    outputs: [{ dtype: input.dtype, shape: [image.batch, height, width, filters] }],
    backward: convolutionBackward(graph, name, 'Conv2D', {
      input,
      filter,
      attributes,
      pointwise: rows === 1 && columns === 1 && isUnmoved(options),
    }),
  });
}

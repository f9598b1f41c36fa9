import { ints, type, type Attribute } from '../attribute.ts';
import type { Tensor } from '../graph.ts';
import { imageShape } from './expect-shape.ts';
import { windowAttributes, windowedSize, type WindowOptions } from './window.ts';

export interface PoolOptions {
  /** [rows, columns] */
  readonly poolSize: readonly [number, number];
  /** [rows, columns] */
  readonly strides: readonly [number, number];
  readonly padding: WindowOptions['padding'];
}

/**
 * What a pooling op and its gradient have in common, and the shape of its output.
 *
 * @throws ThawError `graph.invalid` when the input is no image, or nothing is left of it
 */
export function pooling(
  name: string,
  input: Tensor,
  options: PoolOptions,
): {
  readonly attributes: Readonly<Record<string, Attribute>>;
  readonly output: Pick<Tensor, 'dtype' | 'shape'>;
} {
  const image = imageShape(name, input);
  const [height, width] = windowedSize(name, input, image, options.poolSize, options);
  return {
    attributes: { T: type(input.dtype), ksize: ints([1, ...options.poolSize, 1]), ...windowAttributes(options) },
    output: { dtype: input.dtype, shape: [image.batch, height, width, image.channels] },
  };
}

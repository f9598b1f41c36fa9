import { ints, text, type Attribute } from '../attribute.ts';
import type { ExplicitPadding } from '../../network/layer.ts';
import { expectShape, type ImageShape } from './expect-shape.ts';
import type { Tensor } from '../graph.ts';

/** `SAME` and `VALID` are TensorFlow's. */
type WindowPadding = 'SAME' | 'VALID' | ExplicitPadding;

export interface WindowOptions {
  /** [rows, columns] */
  readonly strides: readonly [number, number];
  readonly padding: WindowPadding;
}

function extent(
  size: number,
  kernel: number,
  stride: number,
  padding: WindowPadding,
  before: number,
  after: number,
): number {
  if (padding === 'SAME') return Math.ceil(size / stride);
  return Math.floor((size + before + after - kernel) / stride) + 1;
}

/**
 * The height and width that a sliding window leaves.
 *
 * @param kernel [rows, columns]
 * @throws ThawError `graph.invalid` when nothing is left
 */
export function windowedSize(
  name: string,
  input: Tensor,
  { height, width }: ImageShape,
  kernel: readonly [number, number],
  { strides, padding }: WindowOptions,
): readonly [number, number] {
  const pad = typeof padding === 'string' ? { top: 0, bottom: 0, left: 0, right: 0 } : padding;
  const rows = extent(height, kernel[0], strides[0], padding, pad.top, pad.bottom);
  const columns = extent(width, kernel[1], strides[1], padding, pad.left, pad.right);
  expectShape(name, rows > 0 && columns > 0, `an input of at least ${kernel.join(' x ')} pixels`, input);
  return [rows, columns];
}

/** `strides`, `padding` and, where it is explicit, `explicit_paddings`, for NHWC tensors. */
export function windowAttributes({ strides, padding }: WindowOptions): Record<string, Attribute> {
  const common = { strides: ints([1, ...strides, 1]), data_format: text('NHWC') };
  if (typeof padding === 'string') return { ...common, padding: text(padding) };
  const { top, bottom, left, right } = padding;
  return { ...common, padding: text('EXPLICIT'), explicit_paddings: ints([0, 0, top, bottom, left, right, 0, 0]) };
}

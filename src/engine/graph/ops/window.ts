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

export interface DilatedWindowOptions extends WindowOptions {
  /** [rows, columns] from one pixel of the window to the next; 1 where it is left out. */
  readonly dilations?: readonly [number, number];
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

/** The rows and columns over which a window reaches, [rows, columns]. */
function reachOf(
  kernel: readonly [number, number],
  dilations: readonly [number, number] = [1, 1],
): readonly [number, number] {
  return [(kernel[0] - 1) * dilations[0] + 1, (kernel[1] - 1) * dilations[1] + 1];
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
  { strides, padding, dilations }: DilatedWindowOptions,
): readonly [number, number] {
  const reach = reachOf(kernel, dilations);
  const pad = typeof padding === 'string' ? { top: 0, bottom: 0, left: 0, right: 0 } : padding;
  const rows = extent(height, reach[0], strides[0], padding, pad.top, pad.bottom);
  const columns = extent(width, reach[1], strides[1], padding, pad.left, pad.right);
  expectShape(name, rows > 0 && columns > 0, `an input of at least ${reach.join(' x ')} pixels`, input);
  return [rows, columns];
}

/** What a window that moves by one pixel needs around the image, whatever its padding is called. */
export function paddingAround(
  kernel: readonly [number, number],
  { padding, dilations }: Pick<DilatedWindowOptions, 'padding' | 'dilations'>,
): ExplicitPadding {
  if (padding === 'VALID') return { top: 0, bottom: 0, left: 0, right: 0 };
  if (padding !== 'SAME') return padding;
  const [rows, columns] = reachOf(kernel, dilations);
  const [top, left] = [Math.floor((rows - 1) / 2), Math.floor((columns - 1) / 2)];
  return { top, bottom: rows - 1 - top, left, right: columns - 1 - left };
}

/** `strides`, `padding` and, where they are given, `dilations` and `explicit_paddings`, for NHWC tensors. */
export function windowAttributes({ strides, padding, dilations }: DilatedWindowOptions): Record<string, Attribute> {
  const common = {
    strides: ints([1, ...strides, 1]),
    data_format: text('NHWC'),
    ...(dilations && { dilations: ints([1, ...dilations, 1]) }),
  };
  if (typeof padding === 'string') return { ...common, padding: text(padding) };
  const { top, bottom, left, right } = padding;
  return { ...common, padding: text('EXPLICIT'), explicit_paddings: ints([0, 0, top, bottom, left, right, 0, 0]) };
}

import { ThawError } from '../../shared/errors/thaw-error.ts';
import type {
  AddLayer,
  Conv2dTransposeLayer,
  Layer,
  MultiplyLayer,
  PermuteLayer,
  ReflectionPaddingLayer,
  ResizingLayer,
  SliceLayer,
} from './layer.ts';

type Sizes = readonly number[];
/** [height, width, channels] */
type ImageSizes = readonly [number, number, number];

function refuse(layer: Layer, rule: string, advice: string, ...found: readonly Sizes[]): never {
  throw new ThawError(
    'network.invalid',
    `Layer '${layer.name}' needs ${rule}; received ${found.map((shape) => `[${shape.join(', ')}]`).join(' and ')}.`,
    advice,
  );
}

/** Inputs of equal sizes, or of sizes of 1 that repeat. */
export function combined(layer: AddLayer | MultiplyLayer, inputs: readonly Sizes[]): Sizes {
  const [first = [], ...others] = inputs;
  return others.reduce(
    (sizes, other) =>
      sizes.map((size, axis) => {
        const beside = other[axis] ?? 0;
        const fits = other.length === sizes.length && (size === beside || size === 1 || beside === 1);
        return fits
          ? Math.max(size, beside)
          : refuse(
              layer,
              'inputs of one shape, or of sizes of 1 that repeat',
              'Bring its inputs to one shape first.',
              ...inputs,
            );
      }),
    first,
  );
}

/** What Keras' Conv2DTranspose gives and, with a padding by hand, PyTorch's ConvTranspose2d. */
export function enlarged(layer: Conv2dTransposeLayer, [height, width, channels]: ImageSizes): Sizes {
  const { kernelSize, strides, padding, filters } = layer;
  const along = (size: number, side: 0 | 1, around: number): number => {
    const [kernel, stride] = [kernelSize[side], strides[side]];
    if (padding === 'same') return size * stride;
    const covered = (size - 1) * stride + kernel;
    return padding === 'valid' ? Math.max(covered, size * stride) : covered - around;
  };
  const pad = typeof padding === 'string' ? { top: 0, bottom: 0, left: 0, right: 0 } : padding;
  const output = [along(height, 0, pad.top + pad.bottom), along(width, 1, pad.left + pad.right), filters];
  return output.every((size) => size > 0)
    ? output
    : refuse(layer, 'an input of which its padding leaves a pixel', 'Use a smaller padding.', [
        height,
        width,
        channels,
      ]);
}

export function reflected(layer: ReflectionPaddingLayer, [height, width, channels]: ImageSizes): Sizes {
  const { top, bottom, left, right } = layer.padding;
  if (Math.max(top, bottom) >= height || Math.max(left, right) >= width) {
    const sides = `${top}, ${bottom}, ${left}, ${right}`;
    refuse(layer, `more rows and columns than it mirrors on a side (${sides})`, 'Mirror less.', [
      height,
      width,
      channels,
    ]);
  }
  return [height + top + bottom, width + left + right, channels];
}

export function resized(layer: ResizingLayer, input: ImageSizes): Sizes {
  const { height, width } = layer;
  const isSize = [height, width].every((size) => Number.isInteger(size) && size > 0);
  if (!isSize) refuse(layer, `a size of whole pixels, not ${height} x ${width},`, 'Give it at least one pixel.', input);
  return [height, width, input[2]];
}

export function permuted(layer: PermuteLayer, input: Sizes): Sizes {
  const { order } = layer;
  const named = order.toSorted((a, b) => a - b);
  if (named.length !== input.length || named.some((axis, index) => axis !== index)) {
    refuse(
      layer,
      `each dimension once in its order [${order.join(', ')}]`,
      'Count dimensions from 0, without the batch.',
      input,
    );
  }
  return order.map((axis) => input[axis] ?? 0);
}

export function cropped(layer: SliceLayer, input: Sizes): Sizes {
  const { begin, size } = layer;
  const fits = input.every((there, axis) => {
    const [from = -1, wanted = 0] = [begin[axis], size[axis]];
    return from >= 0 && wanted > 0 && from + wanted <= there;
  });
  if (!fits || begin.length !== input.length || size.length !== input.length) {
    refuse(layer, `a box of [${size.join(', ')}] at [${begin.join(', ')}] within it`, 'Take a smaller box.', input);
  }
  return size;
}

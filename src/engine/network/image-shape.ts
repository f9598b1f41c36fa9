import { refuse } from './check-layer.ts';
import type {
  AdaptiveAveragePool2dLayer,
  AdaptiveMaxPool2dLayer,
  AddLayer,
  Conv2dTransposeLayer,
  MultiplyLayer,
  PermuteLayer,
  ReflectionPaddingLayer,
  ReshapeLayer,
  ResizingLayer,
  SliceLayer,
} from './layer.ts';

type Sizes = readonly number[];
/** [height, width, channels] */
type ImageSizes = readonly [number, number, number];

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

/** One side of a transposed convolution. */
export interface EnlargedSide {
  readonly kernel: number;
  readonly stride: number;
  /** A number is what is taken off at both ends together. */
  readonly padding: 'same' | 'valid' | number;
  readonly outputPadding: number | undefined;
}

/**
 * Rows or columns of a transposed convolution: what Keras' Conv2DTranspose gives and, with a padding by hand, PyTorch's
 * ConvTranspose2d.
 *
 * @returns null where the convolution that is transposed would not give the input from an output of that size
 */
export function enlargedSize(size: number, { kernel, stride, padding, outputPadding }: EnlargedSide): number | null {
  const covered = (size - 1) * stride + kernel;
  const around = padding === 'valid' ? 0 : padding === 'same' ? 2 * Math.floor(kernel / 2) : padding;
  const usual = padding === 'same' ? size * stride : padding === 'valid' ? Math.max(covered, size * stride) : null;
  const output = usual === null || outputPadding !== undefined ? covered - around + (outputPadding ?? 0) : usual;
  const back = padding === 'same' ? Math.ceil(output / stride) : Math.floor((output + around - kernel) / stride) + 1;
  return output > 0 && back === size ? output : null;
}

export function enlarged(layer: Conv2dTransposeLayer, [height, width, channels]: ImageSizes): Sizes {
  const { kernelSize, strides, padding, outputPadding, filters } = layer;
  const sideOf = (side: 0 | 1, around: number): EnlargedSide => ({
    kernel: kernelSize[side],
    stride: strides[side],
    padding: typeof padding === 'string' ? padding : around,
    outputPadding: outputPadding?.[side],
  });
  const pad = typeof padding === 'string' ? { top: 0, bottom: 0, left: 0, right: 0 } : padding;
  const rows = enlargedSize(height, sideOf(0, pad.top + pad.bottom));
  const columns = enlargedSize(width, sideOf(1, pad.left + pad.right));
  if (rows !== null && columns !== null) return [rows, columns, filters];
  const beyond = outputPadding === undefined ? '' : ` and adds ${outputPadding.join(' x ')} to`;
  return refuse(
    layer,
    `an input of which its padding leaves a pixel${beyond}, each within the reach of its strides (${strides.join(' x ')})`,
    'Use a smaller padding, and an output padding below the strides.',
    [height, width, channels],
  );
}

/** PyTorch's adaptive pooling gives any size from any image. */
export function adapted(layer: AdaptiveAveragePool2dLayer | AdaptiveMaxPool2dLayer, input: ImageSizes): Sizes {
  const { outputSize } = layer;
  const [rows, columns] = outputSize;
  if (!outputSize.every((size) => Number.isInteger(size) && size > 0)) {
    refuse(layer, `an output of whole pixels, not ${rows} x ${columns},`, 'Give it at least one pixel.', input);
  }
  return [rows, columns, input[2]];
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

export function reshaped(layer: ReshapeLayer, input: Sizes): Sizes {
  const count = (sizes: Sizes): number => sizes.reduce((product, size) => product * size, 1);
  const { shape } = layer;
  if (shape.some((size) => !Number.isInteger(size) || size < 1) || count(shape) !== count(input)) {
    const rule = `as many values as its shape of [${shape.join(', ')}] holds, ${count(shape)},`;
    refuse(layer, rule, 'Check the size of its input; -1 stands for nothing here.', input);
  }
  return shape;
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

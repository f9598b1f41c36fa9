import type { Layer, SeparableConv2dLayer } from '../network/layer.ts';
import { elementCount, type Shape } from '../network/shape.ts';

const FLOAT_BYTES = 4;
/** Vector units take as many channels at once: fewer cost as much. */
const LANES = 16;
const SMALLEST_DEPTH = 4;
/** Pixels of a map of 14 x 14. */
const USUAL_PLACES = 196;

/** Bytes of one image's output of this shape. */
export function outputBytes(shape: Shape): number {
  return FLOAT_BYTES * elementCount(shape);
}

function padded(channels: number, unit: number): number {
  return Math.ceil(channels / unit) * unit;
}

/** Multiply-adds of one image, channels filled up to what the machine takes at once. */
export function multiplyAdds(layer: Layer, input: Shape, output: Shape): number {
  switch (layer.kind) {
    case 'conv2d':
      return (
        elementCount(output.slice(0, -1)) *
        elementCount(layer.kernelSize) *
        padded((input.at(-1) ?? 0) / (layer.groups ?? 1), SMALLEST_DEPTH) *
        padded(layer.filters, LANES)
      );
    case 'separableConv2d':
      return (
        elementCount(output.slice(0, -1)) *
        padded((input.at(-1) ?? 0) * layer.depthMultiplier, SMALLEST_DEPTH) *
        padded(layer.filters, LANES)
      );
    case 'conv2dTranspose':
      return (
        elementCount(input.slice(0, -1)) *
        elementCount(layer.kernelSize) *
        padded(input.at(-1) ?? 0, SMALLEST_DEPTH) *
        padded(layer.filters, LANES)
      );
    case 'depthwiseConv2d':
      return elementCount(output.slice(0, -1)) * elementCount(layer.kernelSize) * padded(output.at(-1) ?? 0, LANES);
    case 'foreignGraph':
      // Where its weights are used is not known; in the middle of a network, at so many places.
      return layer.graph.tensors.reduce((sum, { shape }) => sum + elementCount(shape), 0) * USUAL_PLACES;
    case 'dense':
      return elementCount(input) * padded(layer.units, SMALLEST_DEPTH);
    case 'activation':
    case 'adaptiveAveragePool2d':
    case 'adaptiveMaxPool2d':
    case 'add':
    case 'averagePool2d':
    case 'batchNorm':
    case 'concatenate':
    case 'dropout':
    case 'globalAveragePooling2d':
    case 'input':
    case 'layerNorm':
    case 'localResponseNorm':
    case 'maxPool2d':
    case 'multiply':
    case 'permute':
    case 'reflectionPadding2d':
    case 'reshape':
    case 'resizing':
    case 'rescaling':
    case 'slice':
    case 'zeroPadding2d':
      return 0;
  }
}

/** What lies between the two halves of a separable convolution, and the multiply-adds of the first. */
export function betweenHalves(
  layer: SeparableConv2dLayer,
  input: Shape,
  output: Shape,
): { readonly bytes: number; readonly multiplied: number } {
  const channels = (input.at(-1) ?? 0) * layer.depthMultiplier;
  const pixels = elementCount(output.slice(0, -1));
  return {
    bytes: FLOAT_BYTES * pixels * channels,
    multiplied: pixels * elementCount(layer.kernelSize) * padded(channels, LANES),
  };
}

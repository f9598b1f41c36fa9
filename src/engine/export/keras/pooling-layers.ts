import type {
  AdaptiveAveragePool2dLayer,
  AdaptiveMaxPool2dLayer,
  AveragePool2dLayer,
  GlobalAveragePoolingLayer,
  MaxPool2dLayer,
  Network,
} from '../../network/layer.ts';
import type { Shape } from '../../network/shape.ts';
import { refuseLayer } from './keras-layer.ts';
import type { LayerStack, Place } from './layer-stack.ts';
import { isFromZero, writtenWindow } from './windows.ts';
import { zerosAround } from './zeros-around.ts';

const AVERAGE = 'AveragePooling2D';
const MAXIMUM = 'MaxPooling2D';

/** @param shape of its output */
export function writePooling(
  stack: LayerStack,
  network: Network,
  layer: MaxPool2dLayer | AveragePool2dLayer,
  input: Place,
  shape: Shape,
): Place {
  const { poolSize, strides } = layer;
  const name = stack.nameOf(layer.name);
  const { padding, zeros } = writtenWindow({ size: poolSize, strides, padding: layer.padding }, input.shape);
  const options = { pool_size: poolSize, strides, data_format: 'channels_last' };
  const padded = (around: NonNullable<typeof zeros>): Place =>
    zerosAround(stack, stack.free(`${name}_padding`), input, around);
  if (layer.kind === 'maxPool2d') {
    if (zeros && !isFromZero(network, layer.inputs[0] ?? '')) {
      refuseLayer(stack.target, layer, 'is padded by hand with what is less than any number');
    }
    return stack.add(MAXIMUM, name, [zeros ? padded(zeros) : input], { options: { ...options, padding }, shape });
  }
  // Keras averages what lies inside the image alone, zeros that a layer has put around it are inside.
  const counts = typeof layer.padding !== 'string' && (layer.countPadding ?? true);
  const byHand = typeof layer.padding === 'string' ? null : layer.padding;
  if (counts && byHand && padding === 'same') {
    return stack.add(AVERAGE, name, [padded(byHand)], { options: { ...options, padding: 'valid' }, shape });
  }
  if (zeros && !counts) refuseLayer(stack.target, layer, 'averages what lies inside a padding by hand');
  return stack.add(AVERAGE, name, [zeros ? padded(zeros) : input], { options: { ...options, padding }, shape });
}

/** Parts of one size are pooled, or pixels are repeated. */
export function writeAdaptivePooling(
  stack: LayerStack,
  layer: AdaptiveAveragePool2dLayer | AdaptiveMaxPool2dLayer,
  input: Place,
  shape: Shape,
): Place {
  const name = stack.nameOf(layer.name);
  const size = layer.outputSize.map((length, axis) => (input.shape[axis] ?? 1) / length);
  if (size.every(Number.isInteger)) {
    const options = { pool_size: size, strides: size, padding: 'valid', data_format: 'channels_last' };
    return stack.add(layer.kind === 'adaptiveMaxPool2d' ? MAXIMUM : AVERAGE, name, [input], { options, shape });
  }
  const repeated = size.map((length) => 1 / length);
  if (!layer.outputSize.every((length, axis) => length % (input.shape[axis] ?? 1) === 0)) {
    refuseLayer(stack.target, layer, `makes ${layer.outputSize.join(' x ')} uneven parts of an image`);
  }
  return stack.add('UpSampling2D', name, [input], {
    options: { size: repeated.map(Math.round), interpolation: 'nearest' },
    shape,
  });
}

export function writeGlobalPooling(
  stack: LayerStack,
  { name, keepDimensions }: GlobalAveragePoolingLayer,
  input: Place,
  shape: Shape,
): Place {
  const own = stack.nameOf(name);
  const pooled = (at: string, options: Readonly<Record<string, unknown>>, given: Shape): Place =>
    stack.add('GlobalAveragePooling2D', at, [input], { options, shape: given });
  if (!keepDimensions) return pooled(own, {}, shape);
  if (stack.target !== 'tfjs') return pooled(own, { keepdims: true }, shape);
  const features = pooled(stack.free(`${own}_features`), {}, [shape[2] ?? 1]);
  return stack.add('Reshape', own, [features], { options: { target_shape: shape }, shape });
}

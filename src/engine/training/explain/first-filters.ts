import { ThawError } from '../../../shared/errors/thaw-error.ts';
import type { Conv2dLayer, Layer, Network } from '../../network/layer.ts';
import type { Preprocessing } from '../../network/preprocessing.ts';

/** Layers that only prepare the image: what comes after them still looks at its colours. */
const PREPARING: ReadonlySet<Layer['kind']> = new Set([
  'input',
  'rescaling',
  'resizing',
  'zeroPadding2d',
  'reflectionPadding2d',
]);

/** A convolution that looks at the image itself, and the order of the channels that it is given. */
export interface FirstConvolution {
  readonly layer: Conv2dLayer;
  readonly channelOrder: Preprocessing['channelOrder'];
}

function reversed(order: Preprocessing['channelOrder']): Preprocessing['channelOrder'] {
  return order === 'bgr' ? 'rgb' : 'bgr';
}

/** The order after a layer. */
function orderAfter(layer: Layer, order: Preprocessing['channelOrder']): Preprocessing['channelOrder'] {
  if (layer.kind !== 'rescaling' || layer.channelOrder === undefined || layer.channelOrder === 'rgb') return order;
  return layer.channelOrder === 'grey' ? 'grey' : reversed(order);
}

/**
 * The first convolution whose kernels look at the image itself.
 *
 * @throws ThawError `run.state` where there is none
 */
export function firstConvolution({ name, layers }: Network, preprocessing: Preprocessing): FirstConvolution {
  const orders = new Map<string, Preprocessing['channelOrder']>();
  for (const layer of layers) {
    const before = layer.kind === 'input' ? preprocessing.channelOrder : orders.get(layer.inputs[0] ?? '');
    if (before === undefined) continue;
    if (layer.kind === 'conv2d' && (layer.groups ?? 1) === 1) return { layer, channelOrder: before };
    if (PREPARING.has(layer.kind)) orders.set(layer.name, orderAfter(layer, before));
  }
  throw new ThawError(
    'run.state',
    `Filters are shown of a convolution that looks at the image itself; ${name} has none that Thaw sees.`,
    'Look at the activations of a layer, which any network has.',
  );
}

/** What a kernel's value becomes of 255: from its smallest to its largest, 0 in the middle where it has both signs. */
function levels(values: Float32Array): (value: number) => number {
  const smallest = values.reduce((least, value) => Math.min(least, value), Infinity);
  const largest = values.reduce((most, value) => Math.max(most, value), -Infinity);
  if (smallest < 0 && largest > 0) {
    const farthest = Math.max(-smallest, largest);
    return (value) => Math.round(127.5 + (127.5 * value) / farthest);
  }
  return (value) => (largest > smallest ? Math.round((255 * (value - smallest)) / (largest - smallest)) : 128);
}

/**
 * Kernels as pictures.
 *
 * @param kernel [height, width, channels, count] of 1 or 3 channels
 * @returns uint8 [count, height, width, 3], red, green and blue; of one channel grey
 */
export function filterPixels(
  kernel: Float32Array,
  [height, width, channels, count]: readonly [number, number, number, number],
  channelOrder: Preprocessing['channelOrder'],
): Uint8Array {
  const pixels = new Uint8Array(count * height * width * 3);
  const shown = channels === 1 ? [0, 0, 0] : channelOrder === 'bgr' ? [2, 1, 0] : [0, 1, 2];
  const places = height * width;
  for (let filter = 0; filter < count; filter += 1) {
    const own = Float32Array.from({ length: places * channels }, (_, at) => kernel[at * count + filter] ?? 0);
    const level = levels(own);
    for (let place = 0; place < places; place += 1) {
      const colour = shown.map((channel) => level(own[place * channels + channel] ?? 0));
      pixels.set(colour, (filter * places + place) * 3);
    }
  }
  return pixels;
}

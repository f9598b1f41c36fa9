import type { Colour } from './colour.ts';

/** A square picture: [size, size, 3] sRGB values, 0 to 1, row by row; light may push them out of that range for a while. */
export interface Raster {
  readonly size: number;
  readonly data: Float32Array;
}

/** @param colourAt called for every pixel's centre, x to the right and y down, both in [0, 1] */
export function paint(size: number, colourAt: (x: number, y: number) => Colour): Raster {
  const data = new Float32Array(size * size * 3);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      data.set(colourAt((column + 0.5) / size, (row + 0.5) / size), (row * size + column) * 3);
    }
  }
  return { size, data };
}

/** One pass of a box of 2 * radius + 1 along one axis; edges repeat. */
function boxPass(
  source: Float32Array,
  target: Float32Array,
  size: number,
  channels: number,
  radius: number,
  along: 'x' | 'y',
): void {
  const step = along === 'x' ? channels : size * channels;
  const lineStep = along === 'x' ? size * channels : channels;
  const width = 2 * radius + 1;
  for (let line = 0; line < size; line++) {
    for (let channel = 0; channel < channels; channel++) {
      const start = line * lineStep + channel;
      const at = (index: number): number => source[start + Math.min(size - 1, Math.max(0, index)) * step] ?? 0;
      let sum = 0;
      for (let index = -radius; index <= radius; index++) sum += at(index);
      for (let index = 0; index < size; index++) {
        target[start + index * step] = sum / width;
        sum += at(index + radius + 1) - at(index - radius);
      }
    }
  }
}

/**
 * Two box passes an axis, close to a Gaussian.
 *
 * @param data [size, size, channels]; a new array is returned
 * @param radius of each box in pixels, rounded; below 0.5 nothing changes
 */
export function blurred(data: Float32Array, size: number, channels: number, radius: number): Float32Array {
  const box = Math.round(radius);
  if (box < 1) return data;
  const first = new Float32Array(data.length);
  const second = new Float32Array(data.length);
  boxPass(data, first, size, channels, box, 'x');
  boxPass(first, second, size, channels, box, 'y');
  boxPass(second, first, size, channels, box, 'x');
  boxPass(first, second, size, channels, box, 'y');
  return second;
}

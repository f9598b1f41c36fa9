import type { ChannelStatistics } from '../../shared/contract/activations.ts';

/** Rows and columns of channels, as they lie in a row-major tensor whose last dimension is the channel. */
export interface Places {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/**
 * How a layer's output lies in places: what has no rows and columns of its own is one place, or one row of them.
 *
 * @param shape without the batch
 */
export function placesOf(shape: readonly number[]): Places {
  const channels = shape.at(-1) ?? 1;
  const [height = 1, width = 1] = shape.length === 3 ? shape : [1, shape.length === 2 ? shape[0] : 1];
  return { height, width, channels };
}

/** The sizes of a map that keeps the shape of the places, its longer side at most `largest`. */
export function mapSize(
  { height, width }: Places,
  largest: number,
): { readonly height: number; readonly width: number } {
  const scale = Math.min(1, largest / Math.max(height, width));
  return { height: Math.max(1, Math.round(height * scale)), width: Math.max(1, Math.round(width * scale)) };
}

/** Where each row or column of a map begins among those of the layer, and where the last one ends. */
function bounds(length: number, parts: number): readonly number[] {
  return Array.from({ length: parts + 1 }, (_, part) => Math.floor((part * length) / parts));
}

/**
 * One channel as a map of bytes, row-major: each place is the mean of the layer's places that it stands for, from 0 at the
 * channel's minimum to 255 at its maximum. A channel of one value alone is all 0.
 *
 * @param values [height, width, channels], row-major
 */
export function channelMap(
  values: Float32Array,
  places: Places,
  channel: number,
  { minimum, maximum }: Pick<ChannelStatistics, 'minimum' | 'maximum'>,
  size: { readonly height: number; readonly width: number },
): Uint8Array {
  const rows = bounds(places.height, size.height);
  const columns = bounds(places.width, size.width);
  const range = maximum - minimum;
  const map = new Uint8Array(size.height * size.width);
  if (!(range > 0)) return map;
  for (let row = 0; row < size.height; row += 1) {
    for (let column = 0; column < size.width; column += 1) {
      const [top = 0, bottom = 0] = [rows[row], rows[row + 1]];
      const [left = 0, right = 0] = [columns[column], columns[column + 1]];
      let sum = 0;
      for (let y = top; y < bottom; y += 1) {
        for (let x = left; x < right; x += 1) sum += values[(y * places.width + x) * places.channels + channel] ?? 0;
      }
      const mean = sum / ((bottom - top) * (right - left));
      map[row * size.width + column] = Math.round((255 * (mean - minimum)) / range);
    }
  }
  return map;
}

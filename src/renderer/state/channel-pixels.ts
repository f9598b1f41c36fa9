import type { LayerMaps } from '../../shared/contract/layer-maps.ts';

/** Which values are black and white: each channel's own, or those of the whole layer, so that channels can be compared. */
export const MAP_RANGES = ['channel', 'layer'] as const;
export type MapRange = (typeof MAP_RANGES)[number];

const OPAQUE = 255;
const HALF = 128;

/**
 * A channel of the page in grey, from black at the range's minimum to white at its maximum.
 *
 * @returns [height, width, RGBA]; a range of one value alone is grey
 */
export function channelPixels(
  { maps, width, height, channels, whole }: Pick<LayerMaps, 'maps' | 'width' | 'height' | 'channels' | 'whole'>,
  index: number,
  range: MapRange,
): Uint8ClampedArray<ArrayBuffer> {
  const places = width * height;
  const pixels = new Uint8ClampedArray(4 * places);
  const own = channels[index] ?? { minimum: 0, maximum: 0 };
  const { minimum, maximum } = range === 'channel' ? own : whole;
  for (let place = 0; place < places; place += 1) {
    const value = own.minimum + ((maps[index * places + place] ?? 0) / 255) * (own.maximum - own.minimum);
    const grey = maximum > minimum ? (255 * (value - minimum)) / (maximum - minimum) : HALF;
    pixels.fill(grey, 4 * place, 4 * place + 3);
    pixels[4 * place + 3] = OPAQUE;
  }
  return pixels;
}

/** Where a bar begins and ends, as shares of the room there is, which reaches over all values and zero. */
export function barOf(
  value: number,
  { minimum, maximum }: { readonly minimum: number; readonly maximum: number },
): { readonly from: number; readonly to: number } {
  const [least, most] = [Math.min(0, minimum), Math.max(0, maximum)];
  const share = (at: number): number => (most > least ? (at - least) / (most - least) : 0);
  const ends = [share(0), share(value)] as const;
  return { from: Math.min(...ends), to: Math.max(...ends) };
}

/** Where a key leads in a grid whose cells follow each other in rows; null for keys that do not move. */
export function moveInGrid(key: string, place: number, columns: number, length: number): number | null {
  const steps: Readonly<Record<string, number>> = {
    ArrowRight: 1,
    ArrowLeft: -1,
    ArrowDown: columns,
    ArrowUp: -columns,
  };
  if (length === 0) return null;
  if (key === 'Home') return 0;
  if (key === 'End') return length - 1;
  const step = Object.hasOwn(steps, key) ? steps[key] : undefined;
  if (step === undefined) return null;
  const next = place + step;
  return next < 0 || next >= length ? place : next;
}

import sharp from 'sharp';
import type { HeatMap } from '../../shared/contract/explain.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { heatColour } from '../../shared/image/heat-colours.ts';
import { decodeProblem } from './decode-image.ts';
import type { Size } from './framing.ts';
import { toSharp, withOwnFormats } from './to-sharp.ts';
import { expectUsual } from './unusual-pixels.ts';

/** Neither the image nor the map hides the other. */
export const MAP_OPACITY = 0.5;

/** What is drawn of a map. */
export type DrawnMap = Pick<HeatMap, 'height' | 'width' | 'values' | 'region'>;

export interface OverlayOptions {
  /** From 0, the image alone, to 1, the map alone. */
  readonly opacity: number;
  /** The longer side of the picture at most, in pixels; a smaller image stays as large as it is. */
  readonly longest: number;
}

/** The value between the places of a map, at the shares of its height and width; at its rim that of the nearest place. */
export function valueAt({ height, width, values }: Omit<DrawnMap, 'region'>, down: number, across: number): number {
  const within = (share: number, size: number): number => Math.min(size - 1, Math.max(0, share * size - 0.5));
  const [row, column] = [within(down, height), within(across, width)];
  const [top, left] = [Math.floor(row), Math.floor(column)];
  const of = (y: number, x: number): number => values[Math.min(height - 1, y) * width + Math.min(width - 1, x)] ?? 0;
  const between = (first: number, second: number, share: number): number => first + (second - first) * share;
  const [above, below] = [top, top + 1].map((y) => between(of(y, left), of(y, left + 1), column - left));
  return between(above ?? 0, below ?? 0, row - top);
}

/** Lays the colours of a map over the pixels that the network saw. @param pixels [height, width, 3], changed */
export function layOver(pixels: Uint8Array, { width, height }: Size, map: DrawnMap, opacity: number): void {
  const { region } = map;
  for (let y = 0; y < height; y += 1) {
    const down = ((y + 0.5) / height - region.top) / region.height;
    if (down < 0 || down > 1) continue;
    for (let x = 0; x < width; x += 1) {
      const across = ((x + 0.5) / width - region.left) / region.width;
      if (across < 0 || across > 1) continue;
      const colour = heatColour(valueAt(map, down, across));
      const at = (y * width + x) * 3;
      for (const [channel, own] of colour.entries()) {
        pixels[at + channel] = Math.round((pixels[at + channel] ?? 0) * (1 - opacity) + own * opacity);
      }
    }
  }
}

/**
 * An image, upright, with a heat-map over what the network saw of it.
 *
 * @returns a PNG
 * @throws ThawError `image.unreadable`
 */
export async function heatOverlay(
  file: string,
  map: DrawnMap,
  { opacity, longest }: OverlayOptions,
): Promise<Uint8Array> {
  const { data, info } = await uprightPixels(file, longest);
  const pixels = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  layOver(pixels, info, map, opacity);
  const { width, height } = info;
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}

async function uprightPixels(file: string, longest: number) {
  try {
    return await withOwnFormats(file, async (image) => {
      const pipeline = toSharp(image);
      expectUsual(await pipeline.metadata());
      return pipeline
        .autoOrient()
        .resize(longest, longest, { fit: 'inside', withoutEnlargement: true })
        .flatten({ background: '#ffffff' })
        .toColourspace('srgb')
        .raw()
        .toBuffer({ resolveWithObject: true });
    });
  } catch (error) {
    throw new ThawError(
      'image.unreadable',
      `An image must be readable, but of ${file}: ${await decodeProblem(file, error)}.`,
      'Give another file, or save the image again as JPEG or PNG.',
    );
  }
}

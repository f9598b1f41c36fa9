import type { Region, Size } from './framing.ts';

const CHANNELS = 3;

/** How EXIF's orientations (CIPA DC-008, 4.6.4) are stored: mirrored along an axis, their axes exchanged. */
const isMirroredAcross = (orientation: number): boolean => [2, 3, 7, 8].includes(orientation);
const isMirroredDown = (orientation: number): boolean => [3, 4, 6, 7].includes(orientation);
const isTransposed = (orientation: number): boolean => orientation >= 5;

/** A size as it is stored from that of the upright image, or the other way round. */
export function turnedSize({ width, height }: Size, orientation: number): Size {
  return isTransposed(orientation) ? { width: height, height: width } : { width, height };
}

/** Where a region of the upright image lies in what is stored. */
export function storedRegion(region: Region, stored: Size, orientation: number): Region {
  const { width, height } = turnedSize(region, orientation);
  const [left, top] = isTransposed(orientation) ? [region.top, region.left] : [region.left, region.top];
  return {
    left: isMirroredAcross(orientation) ? stored.width - left - width : left,
    top: isMirroredDown(orientation) ? stored.height - top - height : top,
    width,
    height,
  };
}

/**
 * Turns an image upright.
 *
 * @param pixels [height, width, 3] uint8, as stored
 * @param stored their size
 */
export function turnUpright(
  pixels: Uint8Array<ArrayBuffer>,
  stored: Size,
  orientation: number,
): Uint8Array<ArrayBuffer> {
  if (orientation === 1) return pixels;
  const upright = turnedSize(stored, orientation);
  const turned = new Uint8Array(pixels.length);
  const [across, down] = [isMirroredAcross(orientation), isMirroredDown(orientation)];
  const swapped = isTransposed(orientation);
  for (let y = 0, at = 0; y < upright.height; y += 1) {
    for (let x = 0; x < upright.width; x += 1, at += CHANNELS) {
      const [column, row] = swapped ? [y, x] : [x, y];
      const from =
        (down ? stored.height - 1 - row : row) * stored.width + (across ? stored.width - 1 - column : column);
      for (let channel = 0; channel < CHANNELS; channel += 1) {
        turned[at + channel] = pixels[from * CHANNELS + channel] ?? 0;
      }
    }
  }
  return turned;
}

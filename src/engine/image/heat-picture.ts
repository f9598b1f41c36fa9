import sharp from 'sharp';

/** How much each place of an image speaks for something, and where in the upright image it was looked at. */
interface Heat {
  readonly height: number;
  readonly width: number;
  /** [height, width], row-major, from 0 to 1. */
  readonly values: Float32Array;
  /** In shares of the image's width and height. */
  readonly region: { readonly left: number; readonly top: number; readonly width: number; readonly height: number };
}

/** From dark to light, so that their order is seen without colours too. */
const COLOURS = [
  [0, 0, 4],
  [87, 16, 110],
  [188, 55, 84],
  [249, 142, 9],
  [252, 255, 164],
] as const;
/** Of what speaks most: the image is seen through it. */
const OPACITY = 0.75;
const CHANNELS = 4;
const QUALITY = 80;

function pixelsOf(values: Float32Array): Uint8Array {
  const pixels = new Uint8Array(values.length * CHANNELS);
  for (const [place, raw] of values.entries()) {
    const value = Math.min(1, Math.max(0, Number.isFinite(raw) ? raw : 0));
    const at = Math.min(COLOURS.length - 2, Math.floor(value * (COLOURS.length - 1)));
    const along = value * (COLOURS.length - 1) - at;
    const [from, to] = [COLOURS[at] ?? COLOURS[0], COLOURS[at + 1] ?? COLOURS[0]];
    for (let channel = 0; channel < 3; channel += 1) {
      const [low = 0, high = 0] = [from[channel], to[channel]];
      pixels[place * CHANNELS + channel] = Math.round(low + (high - low) * along);
    }
    pixels[place * CHANNELS + 3] = Math.round(255 * OPACITY * Math.sqrt(value));
  }
  return pixels;
}

/**
 * A picture with what speaks in it laid over it, as JPEG of the same size.
 *
 * @param picture an upright picture of the whole image
 */
export async function heatPicture(picture: Uint8Array, { height, width, values, region }: Heat): Promise<Uint8Array> {
  const { width: across, height: down } = await sharp(picture).metadata();
  const within = (share: number, size: number): number => Math.min(size, Math.max(0, Math.round(share * size)));
  const left = Math.min(across - 1, within(region.left, across));
  const top = Math.min(down - 1, within(region.top, down));
  const size = {
    width: Math.max(1, within(region.left + region.width, across) - left),
    height: Math.max(1, within(region.top + region.height, down) - top),
  };
  const over = await sharp(pixelsOf(values), { raw: { width, height, channels: CHANNELS } })
    .resize({ ...size, fit: 'fill', kernel: 'cubic' })
    .png()
    .toBuffer();
  return sharp(picture)
    .composite([{ input: over, left, top }])
    .jpeg({ quality: QUALITY })
    .toBuffer();
}

import type { Metadata, Sharp } from 'sharp';
import { greyLevels, rangeOf } from '../dataset/grey-levels.ts';
import type { RawImage } from './formats/raw-image.ts';

/** Thrown where sharp would convert an image's pixels otherwise than people expect; `convert` does that before. */
export class UnusualPixels extends Error {
  override readonly name = 'UnusualPixels';
  readonly convert: (image: Sharp) => Promise<RawImage>;
  /** Whether `convert` wants the image with its profile. */
  readonly byProfile: boolean;

  constructor(convert: UnusualPixels['convert'], byProfile = false) {
    super('its pixels need a conversion');
    this.convert = convert;
    this.byProfile = byProfile;
  }
}

/**
 * Grey of more than 8 bits, or of real numbers: scientific and medical images, nearly black where 16 bits are taken for full
 * range.
 */
async function convertDeepGrey(image: Sharp, depth: string | undefined): Promise<RawImage> {
  const whole = depth !== 'float' && depth !== 'double';
  const grey = image.autoOrient().extractChannel(0);
  const { data, info } =
    depth === 'ushort'
      ? await grey.toColourspace('grey16').raw({ depth: 'ushort' }).toBuffer({ resolveWithObject: true })
      : await grey.toColourspace('b-w').raw({ depth: 'float' }).toBuffer({ resolveWithObject: true });
  const numbers =
    depth === 'ushort'
      ? new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2)
      : new Float32Array(data.buffer, data.byteOffset, data.byteLength / 4);
  const pixels = greyLevels(numbers, rangeOf(numbers), whole);
  return { pixels, width: info.width, height: info.height, channels: 1 };
}

/** CMYK without a profile: the light that each ink and black let through, as Pillow and web browsers reckon. */
async function convertInks(image: Sharp): Promise<RawImage> {
  const { data, info } = await image
    .autoOrient()
    .pipelineColourspace('cmyk')
    .toColourspace('cmyk')
    .raw()
    .toBuffer({ resolveWithObject: true });
  const pixels = new Uint8Array(info.width * info.height * 3);
  for (let pixel = 0, at = 0; at < pixels.length; pixel += 4) {
    const light = 255 - (data[pixel + 3] ?? 0);
    for (let ink = 0; ink < 3; ink += 1, at += 1) {
      pixels[at] = Math.round(((255 - (data[pixel + ink] ?? 0)) * light) / 255);
    }
  }
  return { pixels, width: info.width, height: info.height, channels: 3 };
}

/** CMYK by its own profile: what the picture was made for. */
async function convertByProfile(image: Sharp): Promise<RawImage> {
  const { data, info } = await image.autoOrient().toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
  return { pixels: data, width: info.width, height: info.height, channels: 3 };
}

/** @throws UnusualPixels for grey of more than 8 bits in a TIFF */
export function expectShallow({ format, depth, channels }: Metadata): void {
  if (format !== 'tiff' || channels !== 1 || depth === 'uchar') return;
  throw new UnusualPixels((image) => convertDeepGrey(image, depth));
}

/** @throws UnusualPixels for CMYK, and where `expectShallow` does */
export function expectUsual(metadata: Metadata): void {
  expectShallow(metadata);
  if (metadata.space !== 'cmyk') return;
  throw metadata.hasProfile ? new UnusualPixels(convertByProfile, true) : new UnusualPixels(convertInks);
}

import type { Metadata } from 'sharp';
import type { ImageFacts, PixelStatistics } from '../../shared/contract/image-inspection.ts';
import { decodeProblem } from './decode-image.ts';
import { readExif } from './exif.ts';
import { isRaw, type ImageInput } from './formats/raw-image.ts';
import { pixelStatistics } from './pixel-statistics.ts';
import { toSharp, withOwnFormats } from './to-sharp.ts';
import { expectUsual } from './unusual-pixels.ts';

/** Of a larger image so many are counted, at even distances: a histogram is the same to the eye. */
const MOST_COUNTED = 2 ** 22;

/** What is known of an image's file and pixels; what is wrong with it is a value. */
export interface InspectedImage {
  readonly facts: ImageFacts | null;
  readonly pixels: PixelStatistics | null;
  readonly problem: string | null;
}

/** By libvips' names for the type of a channel. */
const BITS: Readonly<Record<string, number>> = {
  uchar: 8,
  char: 8,
  ushort: 16,
  short: 16,
  uint: 32,
  int: 32,
  float: 32,
};

function isOrientation(value: number | undefined): value is number {
  return value !== undefined && Number.isInteger(value) && value >= 1 && value <= 8;
}

function factsOf(metadata: Metadata, ownFormat: string, withLocation: boolean): ImageFacts {
  const { autoOrient, format, channels, depth, space, hasAlpha, hasProfile, isProgressive, pages, exif } = metadata;
  return {
    width: autoOrient.width,
    height: autoOrient.height,
    format: format === 'raw' ? ownFormat : format === 'heif' ? 'avif' : format,
    channels,
    bitsPerChannel: metadata.bitsPerSample ?? BITS[depth] ?? 8,
    colourSpace: space,
    hasAlpha,
    hasPalette: metadata.isPalette,
    hasProfile,
    isProgressive,
    frames: pages ?? 1,
    orientation: isOrientation(metadata.orientation) ? metadata.orientation : 1,
    exif: exif ? readExif(exif, withLocation) : null,
  };
}

/** Pixels as training sees them, none of them mixed with another; [places, 3] uint8. */
async function rgbOf(image: ImageInput, { width, height }: { readonly width: number; readonly height: number }) {
  const pipeline = toSharp(image, { ignoreIcc: true });
  const share = Math.sqrt(MOST_COUNTED / (width * height));
  if (share < 1) {
    pipeline.resize(Math.max(1, Math.floor(width * share)), Math.max(1, Math.floor(height * share)), {
      fit: 'fill',
      kernel: 'nearest',
      fastShrinkOnLoad: false,
    });
  }
  const { buffer, byteOffset, length } = await pipeline
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .raw()
    .toBuffer();
  return new Uint8Array(buffer, byteOffset, length);
}

/**
 * Looks at an image closely: what its file says, and how often each level occurs in its pixels. Turning an image upright
 * moves its pixels and changes none, so they are counted as they lie.
 *
 * @param image the content of a file, or pixels
 * @param ownFormat what the format is called where Thaw decoded it itself
 * @param withLocation whether it is to be told where a photograph was taken
 */
export async function inspectImage(
  image: Exclude<ImageInput, string>,
  ownFormat: string,
  withLocation: boolean,
): Promise<InspectedImage> {
  let facts: ImageFacts | null = null;
  try {
    const pixels = await withOwnFormats(image, async (input) => {
      const metadata = await toSharp(input).metadata();
      // Of pixels that were converted, what the file has of its own is known already.
      if (!isRaw(input) || facts === null) facts = factsOf(metadata, ownFormat, withLocation);
      expectUsual(metadata);
      return pixelStatistics(await rgbOf(input, metadata));
    });
    return { facts, pixels, problem: null };
  } catch (error) {
    return {
      facts,
      pixels: null,
      problem: isRaw(image) ? 'its pixels are damaged' : await decodeProblem(image, error),
    };
  }
}

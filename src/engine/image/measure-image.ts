import type { Sharp } from 'sharp';
import type { ImageMeasures, Measured } from '../dataset/health/measures.ts';
import { idxMember } from '../dataset/idx/idx-images.ts';
import { decodeProblem } from './decode-image.ts';
import type { ImageInput } from './formats/raw-image.ts';
import { toSharp, withOwnFormats } from './to-sharp.ts';

/** Pixels a side of what brightness is measured of: fine detail counts, noise does not. */
const SIDE = 32;

function deviation(values: Uint8Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}

/** Between a channel and another, in levels of 256: less is grey that went through compression as colour. */
const COLOURFUL = 3;

/** Whether pixels [places, 3] are grey but for compression. */
function isGrey(pixels: Uint8Array): boolean {
  for (let place = 0; place + 2 < pixels.length; place += 3) {
    const [red = 0, green = 0, blue = 0] = pixels.subarray(place, place + 3);
    if (Math.max(red, green, blue) - Math.min(red, green, blue) > COLOURFUL) return false;
  }
  return true;
}

async function measure(input: ImageInput): Promise<ImageMeasures> {
  const pipeline: Sharp = toSharp(input, { ignoreIcc: true });
  const { autoOrient, format, space, hasAlpha } = await pipeline.metadata();
  // Every pixel is decoded, so that a file cut short is found out, but a JPEG at a fraction of its size: that is enough.
  const { buffer, byteOffset, length } = await pipeline
    .autoOrient()
    .flatten({ background: '#ffffff' })
    .resize(SIDE, SIDE, { fit: 'fill', kernel: 'linear' })
    .toColourspace('srgb')
    .raw()
    .toBuffer();
  const pixels = new Uint8Array(buffer, byteOffset, length);
  const brightness = Uint8Array.from({ length: SIDE * SIDE }, (_, place) => {
    const [red = 0, green = 0, blue = 0] = pixels.subarray(place * 3, place * 3 + 3);
    return 0.299 * red + 0.587 * green + 0.114 * blue;
  });
  return {
    width: autoOrient.width,
    height: autoOrient.height,
    format: format === 'heif' ? 'avif' : format,
    channels: space === 'cmyk' ? 'cmyk' : isGrey(pixels) ? 'grey' : 'colour',
    transparent: hasAlpha,
    contrast: deviation(brightness),
  };
}

/** Decodes an image small and tells what it is like; what is wrong with it is a value. */
export async function measureImage(file: string): Promise<Measured> {
  try {
    const measures = await withOwnFormats(file, measure);
    // What was decoded before sharp saw it is raw there.
    const format = measures.format !== 'raw' ? measures.format : idxMember(file) ? 'idx' : 'bmp';
    return { kind: 'measures', measures: { ...measures, format } };
  } catch (error) {
    return { kind: 'problem', reason: await decodeProblem(file, error) };
  }
}

import type { Sharp } from 'sharp';
import type { ImageMeasures, Measured } from '../dataset/health/measures.ts';
import { idxMember } from '../dataset/idx/idx-images.ts';
import { fileKind } from '../dataset/image-format.ts';
import { decodeProblem } from './decode-image.ts';
import { FINGERPRINT_SIDE, fingerprintOf, type Fingerprint } from './fingerprint.ts';
import { firstBytes } from './formats/file-bytes.ts';
import type { ImageInput } from './formats/raw-image.ts';
import { toSharp, withOwnFormats } from './to-sharp.ts';
import { expectShallow } from './unusual-pixels.ts';

/** Pixels a side of what brightness is measured of: fine detail counts, noise does not. */
const SIDE = FINGERPRINT_SIDE;

/** What an image is like, and what it is compared with others by; null where it does not decode. */
export interface SeenImage {
  readonly measured: Measured;
  readonly fingerprint: Fingerprint | null;
  /** As EXIF numbers it; null where the file says none. */
  readonly orientation: number | null;
}

function deviation(values: Uint8Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}

/** Between a channel and another, in levels of 256: less is grey that went through compression as colour. */
const COLOURFUL = 3;

/** Whether pixels [places, 3] are grey but for compression. */
function isGrey(pixels: Uint8Array): boolean {
  for (let place = 0; place + 2 < pixels.length; place += 3) {
    const [red, green, blue] = [pixels[place] ?? 0, pixels[place + 1] ?? 0, pixels[place + 2] ?? 0];
    if (Math.max(red, green, blue) - Math.min(red, green, blue) > COLOURFUL) return false;
  }
  return true;
}

async function measure(
  input: ImageInput,
): Promise<Pick<SeenImage, 'orientation'> & { readonly measures: ImageMeasures; readonly fingerprint: Fingerprint }> {
  const pipeline: Sharp = toSharp(input, { ignoreIcc: true });
  const metadata = await pipeline.metadata();
  expectShallow(metadata);
  const { autoOrient, format, space, hasAlpha } = metadata;
  // Every pixel is decoded, so that a file cut short is found out, but a JPEG at a fraction of its size: that is enough. At a
  // coarser one it would lose its last rows, which moved a copy upside down against its original.
  const { buffer, byteOffset, length } = await pipeline
    .autoOrient()
    .flatten({ background: '#ffffff' })
    .resize(SIDE, SIDE, { fit: 'fill', kernel: 'linear', fastShrinkOnLoad: false })
    .toColourspace('srgb')
    .raw()
    .toBuffer();
  const pixels = new Uint8Array(buffer, byteOffset, length);
  const brightness = Uint8Array.from({ length: SIDE * SIDE }, (_, place) => {
    const at = place * 3;
    return 0.299 * (pixels[at] ?? 0) + 0.587 * (pixels[at + 1] ?? 0) + 0.114 * (pixels[at + 2] ?? 0);
  });
  const measures: ImageMeasures = {
    width: autoOrient.width,
    height: autoOrient.height,
    format: format === 'heif' ? 'avif' : format,
    channels: space === 'cmyk' ? 'cmyk' : isGrey(pixels) ? 'grey' : 'colour',
    transparent: hasAlpha,
    contrast: deviation(brightness),
  };
  return { measures, fingerprint: fingerprintOf(brightness), orientation: metadata.orientation ?? null };
}

/** Of a file that is known to be an image: the name of its format. */
async function formatOf(file: string): Promise<string> {
  if (await idxMember(file)) return 'idx';
  const kind = fileKind(await firstBytes(file));
  return kind.kind === 'image' ? kind.format.toLowerCase() : 'raw';
}

/** Decodes an image small and tells what it is like; what is wrong with it is a value. */
export async function measureImage(file: string): Promise<SeenImage> {
  try {
    const { measures, fingerprint, orientation } = await withOwnFormats(file, measure);
    // What was decoded before sharp saw it is raw there.
    const format = measures.format === 'raw' ? await formatOf(file) : measures.format;
    return { measured: { kind: 'measures', measures: { ...measures, format } }, fingerprint, orientation };
  } catch (error) {
    return {
      measured: { kind: 'problem', reason: await decodeProblem(file, error) },
      fingerprint: null,
      orientation: null,
    };
  }
}

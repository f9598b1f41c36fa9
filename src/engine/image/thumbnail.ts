import { ThawError } from '../../shared/errors/thaw-error.ts';
import { decodeProblem } from './decode-image.ts';
import { isRaw, type ImageInput } from './formats/raw-image.ts';
import { toSharp, withOwnFormats } from './to-sharp.ts';
import { expectUsual } from './unusual-pixels.ts';

/** A picture to look at; `width` and `height` are those of the upright image it shows. */
export interface Thumbnail {
  readonly mediaType: 'image/jpeg';
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly width: number;
  readonly height: number;
}

const QUALITY = 84;

async function encode(image: ImageInput, size: number): Promise<Thumbnail> {
  const pipeline = toSharp(image);
  const metadata = await pipeline.metadata();
  expectUsual(metadata);
  const { buffer, byteOffset, length } = await pipeline
    .autoOrient()
    .resize(size, size, { fit: 'inside', withoutEnlargement: true })
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .jpeg({ quality: QUALITY })
    .toBuffer();
  const bytes = new Uint8Array(buffer, byteOffset, length);
  return { mediaType: 'image/jpeg', bytes, width: metadata.autoOrient.width, height: metadata.autoOrient.height };
}

/**
 * Makes a JPEG to look at: upright by EXIF, the first frame of an animation, transparency over white as networks see it, in
 * sRGB. An image smaller than that stays as large as it is.
 *
 * @param image the content of an image file, or pixels
 * @param size the longer side at most, in pixels
 * @param name of the image, for people
 * @throws ThawError `image.unreadable`
 */
export async function makeThumbnail(
  image: Exclude<ImageInput, string>,
  size: number,
  name: string,
): Promise<Thumbnail> {
  try {
    return await withOwnFormats(image, (input) => encode(input, size));
  } catch (error) {
    throw new ThawError(
      'image.unreadable',
      `An image must be readable, but of ${name}: ${isRaw(image) ? 'its pixels are damaged' : await decodeProblem(image, error)}.`,
      'Give another file, or save the image again as JPEG or PNG.',
    );
  }
}

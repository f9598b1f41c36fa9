import sharp from 'sharp';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { decodeProblem, MAXIMUM_PIXELS } from './decode-image.ts';

/** A picture to look at; `width` and `height` are those of the upright image it shows. */
export interface Thumbnail {
  readonly mediaType: 'image/jpeg';
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly width: number;
  readonly height: number;
}

const QUALITY = 84;

/**
 * Makes a JPEG to look at: upright by EXIF, the first frame of an animation, transparency over white as networks see it, in
 * sRGB. An image smaller than that stays as large as it is.
 *
 * @param file the content of an image file
 * @param size the longer side at most, in pixels
 * @param name of the image, for people
 * @throws ThawError `image.unreadable`
 */
export async function makeThumbnail(file: Uint8Array, size: number, name: string): Promise<Thumbnail> {
  try {
    const pipeline = sharp(file, { failOn: 'error', limitInputPixels: MAXIMUM_PIXELS, sequentialRead: true });
    const { autoOrient } = await pipeline.metadata();
    const { buffer, byteOffset, length } = await pipeline
      .autoOrient()
      .resize(size, size, { fit: 'inside', withoutEnlargement: true })
      .flatten({ background: '#ffffff' })
      .toColourspace('srgb')
      .jpeg({ quality: QUALITY })
      .toBuffer();
    const bytes = new Uint8Array(buffer, byteOffset, length);
    return { mediaType: 'image/jpeg', bytes, width: autoOrient.width, height: autoOrient.height };
  } catch (error) {
    throw new ThawError(
      'image.unreadable',
      `An image must be readable, but of ${name}: ${await decodeProblem(file, error)}.`,
      'Give another file, or save the image again as JPEG or PNG.',
    );
  }
}

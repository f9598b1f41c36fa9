import type { Preprocessing } from '../network/preprocessing.ts';
import { framing, type Region, type Size } from './framing.ts';
import { toSharp, withOwnFormats } from './to-sharp.ts';
import { decodeProblem } from './decode-image.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';

/**
 * Where a network's input lies in an upright image, in shares of its width and height: all of it where it is stretched, a
 * centred part where it is cropped.
 */
export function seenRegion(upright: Size, preprocessing: Preprocessing): Region {
  const { part, resized, crop } = framing(upright, preprocessing);
  const whole = part ?? { left: 0, top: 0, ...upright };
  const seen = crop ?? { left: 0, top: 0, ...resized };
  const [across, down] = [whole.width / resized.width, whole.height / resized.height];
  return {
    left: (whole.left + seen.left * across) / upright.width,
    top: (whole.top + seen.top * down) / upright.height,
    width: (seen.width * across) / upright.width,
    height: (seen.height * down) / upright.height,
  };
}

/**
 * The size of an image as it is shown, upright.
 *
 * @throws ThawError `image.unreadable`
 */
export async function uprightSize(file: string): Promise<Size> {
  try {
    return await withOwnFormats(file, async (image) => {
      const { autoOrient } = await toSharp(image).metadata();
      return { width: autoOrient.width, height: autoOrient.height };
    });
  } catch (error) {
    throw new ThawError(
      'image.unreadable',
      `An image must be readable, but of ${file}: ${await decodeProblem(file, error)}.`,
      'Give another file, or save the image again as JPEG or PNG.',
    );
  }
}

import sharp from 'sharp';
import type { Sharp, SharpOptions } from 'sharp';
import { idxMember } from '../dataset/idx/idx-images.ts';
import { decodeOwn } from './formats/decode-own.ts';
import { isRaw, MAXIMUM_PIXELS, type ImageInput } from './formats/raw-image.ts';
import { UnusualPixels } from './unusual-pixels.ts';

// One image a thread, and as many images at a time as Node has threads for them: 500 images a second against 290 with
// every image spread over the threads (hymenoptera, 2 cores). What libvips remembers of old images is of no use here.
sharp.concurrency(1);
sharp.cache(false);
// Only the formats that Thaw names: the others, SVG among them, have far more that can go wrong. An HDR photograph opens as
// the ordinary JPEG that it also is: to look for its second picture takes a twelfth of the time of every JPEG.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: ['Jpeg', 'Png', 'Nsgif', 'Webp', 'Tiff', 'Heif'].flatMap((loader) => [
    `VipsForeignLoad${loader}File`,
    `VipsForeignLoad${loader}Buffer`,
  ]),
});

/** An image as sharp takes it, its pixels bounded; nothing is decoded yet. */
export function toSharp(input: ImageInput, options: Pick<SharpOptions, 'ignoreIcc'> = {}): Sharp {
  const bounded: SharpOptions = {
    failOn: 'error',
    limitInputPixels: MAXIMUM_PIXELS,
    sequentialRead: true,
    ...options,
  };
  if (!isRaw(input)) return sharp(input, bounded);
  const { pixels, width, height, channels } = input;
  return sharp(pixels, { ...bounded, raw: { width, height, channels } });
}

/**
 * Works on an image by sharp, and where that fails, or says that the pixels are unusual, on what Thaw makes of them: so
 * nothing is read twice of the many that sharp knows.
 *
 * @throws BmpProblem, or what sharp throws
 */
export async function withOwnFormats<Result>(
  input: ImageInput,
  work: (image: ImageInput) => Promise<Result>,
): Promise<Result> {
  // An image within an IDX file is no file that sharp could open.
  const isContained = typeof input === 'string' && (await idxMember(input)) !== null;
  const given = isContained ? ((await decodeOwn(input).catch(() => null)) ?? input) : input;
  try {
    return await work(given);
  } catch (error) {
    if (isRaw(given)) throw error;
    if (error instanceof UnusualPixels) {
      return work(await error.convert(toSharp(given, { ignoreIcc: !error.byProfile })));
    }
    const own = await decodeOwn(given);
    if (own === null) throw error;
    return work(own);
  }
}

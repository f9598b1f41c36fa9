import { open } from 'node:fs/promises';
import sharp from 'sharp';
import type { Sharp } from 'sharp';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { FILE_KIND_BYTES, fileKind, formatProblem } from '../dataset/image-format.ts';
import type { Preprocessing } from '../network/preprocessing.ts';
import { enlarge } from './enlarge.ts';

/** The largest camera pictures have 102 million pixels; a file that claims more than this is refused before decoding. */
const MAXIMUM_PIXELS = 2 ** 27;

// One image a thread, and as many images at a time as Node has threads for them: 500 images a second against 290 with
// every image spread over the threads (hymenoptera, 2 cores). What libvips remembers of old images is of no use here.
sharp.concurrency(1);
sharp.cache(false);
// Only the formats that Thaw names: the others, SVG among them, have far more that can go wrong.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: ['Jpeg', 'Uhdr', 'Png', 'Nsgif', 'Webp', 'Tiff', 'Heif'].flatMap((loader) => [
    `VipsForeignLoad${loader}File`,
    `VipsForeignLoad${loader}Buffer`,
  ]),
});

/** Part of sharp, but not of its type declarations. */
interface GainMapKeeper {
  keepGainMap(): Sharp;
}

/** Pixels, or why there are none. */
export type Decoded =
  { readonly kind: 'pixels'; readonly pixels: Uint8Array } | { readonly kind: 'problem'; readonly reason: string };

async function firstBytes(file: string | Uint8Array): Promise<Uint8Array> {
  if (typeof file !== 'string') return file;
  const handle = await open(file, 'r');
  try {
    const head = new Uint8Array(FILE_KIND_BYTES);
    const { bytesRead } = await handle.read(head, 0, head.length, 0);
    return head.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** Why a file did not decode, in words; libvips' own are added where they say more. */
async function decodeProblem(file: string | Uint8Array, error: unknown): Promise<string> {
  let head: Uint8Array;
  try {
    head = await firstBytes(file);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    if (code === 'ENOENT') return 'there is no such file';
    if (code === 'EISDIR') return 'it is a folder';
    return `the file cannot be read (${cause instanceof Error ? cause.message : String(cause)})`;
  }
  if (head.length === 0) return 'the file is empty (zero bytes)';
  const unusable = formatProblem(fileKind(head));
  if (unusable !== null) return unusable;
  const found = (error instanceof Error ? error.message : String(error)).split('\n', 1)[0]?.trim() ?? '';
  if (/pixel limit|too large/i.test(found)) {
    return `it has more than the ${Math.floor(MAXIMUM_PIXELS / 1e6)} million pixels that are decoded`;
  }
  if (/premature|unexpected end|truncated|read error/i.test(found))
    return `the file is cut short or damaged (${found})`;
  return `the file is damaged, or of a kind that cannot be decoded (${found})`;
}

async function decodePixels(file: string | Uint8Array, preprocessing: Preprocessing): Promise<Uint8Array> {
  const { width, height } = preprocessing;
  // Numbers as Keras and Pillow read them: an embedded colour profile is not applied to RGB (a wide-gamut photograph keeps
  // its values), while CMYK is converted, having no other meaning here.
  const pipeline = sharp(file, {
    failOn: 'error',
    limitInputPixels: MAXIMUM_PIXELS,
    sequentialRead: true,
    ignoreIcc: true,
  }).autoOrient() as Sharp & GainMapKeeper;
  // Keeping the gain map of an HDR photograph is of no use to us, but it makes sharp decode every pixel: its decoding at a
  // fraction of the size put images up to 2.7 levels away from Pillow's, in the mean.
  const { data, info } = await pipeline
    .keepGainMap()
    // Measured against Pillow's BILINEAR over photographs of 463 to 2725 pixels at 96, 160 and 224: `linear` is 0.2 to 0.8
    // levels away in the mean (cubic 1.6, mitchell 0.6, lanczos3 2.4 where linear has 0.3).
    .resize(width, height, { fit: 'fill', kernel: 'linear', withoutEnlargement: true })
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  if (info.channels !== 3) throw new RangeError(`it has ${info.channels} channels instead of 3`);
  const pixels = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return enlarge(pixels, info.width, info.height, width, height);
}

/** As `decodeImage`, with what is wrong with the image as a value. */
export async function tryDecodeImage(file: string | Uint8Array, preprocessing: Preprocessing): Promise<Decoded> {
  try {
    return { kind: 'pixels', pixels: await decodePixels(file, preprocessing) };
  } catch (error) {
    return { kind: 'problem', reason: await decodeProblem(file, error) };
  }
}

/**
 * Decodes an image as a network takes it: upright by EXIF, RGB, 8 bits, the first frame of an animation, transparency over
 * white, brought to the network's size. Grey, palette, CMYK and 16-bit images are converted.
 *
 * @param file the path of the file, or its content
 * @returns [height, width, 3] uint8; of photographs within one level in the mean of Pillow's
 *   `resize((width, height), BILINEAR)`
 * @throws ThawError `image.unreadable`
 */
export async function decodeImage(file: string | Uint8Array, preprocessing: Preprocessing): Promise<Uint8Array> {
  const decoded = await tryDecodeImage(file, preprocessing);
  if (decoded.kind === 'pixels') return decoded.pixels;
  const name = typeof file === 'string' ? file : 'the image';
  throw new ThawError(
    'image.unreadable',
    `An image must be readable, but of ${name}: ${decoded.reason}.`,
    'Give another file, or save the image again as JPEG or PNG.',
  );
}

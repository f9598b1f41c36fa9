import type { Sharp } from 'sharp';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { IdxProblem } from '../dataset/idx/idx-file.ts';
import { fileKind, formatProblem } from '../dataset/image-format.ts';
import type { Preprocessing } from '../network/preprocessing.ts';
import { BmpProblem } from './formats/bmp-header.ts';
import { fileDamage } from './formats/file-damage.ts';
import { JPEG_HEADER_BYTES, uprightJpeg } from './formats/jpeg-header.ts';
import { firstBytes, wholeFile } from './formats/file-bytes.ts';
import { isRaw, TOO_MANY_PIXELS, type ImageInput } from './formats/raw-image.ts';
import { framing, type Size } from './framing.ts';
import { jpegThreads } from './jpeg/jpeg-threads.ts';
import { resample } from './resample/resampler.ts';
import { toSharp, withOwnFormats } from './to-sharp.ts';
import { expectUsual } from './unusual-pixels.ts';

/** Part of sharp, but not of its type declarations. */
interface GainMapKeeper {
  keepGainMap(): Sharp;
}

/** Pixels, or why there are none. */
export type Decoded =
  | {
      readonly kind: 'pixels';
      readonly pixels: Uint8Array;
      /** Width by height of the whole upright image. */
      readonly aspectRatio: number;
    }
  | { readonly kind: 'problem'; readonly reason: string };

/**
 * Why a file did not decode, in words. libvips' own are left out: it collects them in one place for all threads, so that
 * they may belong to another image.
 */
export async function decodeProblem(file: string | Uint8Array, error: unknown): Promise<string> {
  if (error instanceof BmpProblem || error instanceof IdxProblem) return error.message;
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
  const kind = fileKind(head);
  if (kind.kind !== 'image') return formatProblem(kind);
  if (error instanceof Error && error.message.includes('exceeds pixel limit')) {
    return TOO_MANY_PIXELS;
  }
  const content = await wholeFile(file);
  const damage = content && fileDamage(kind.format, content);
  return damage ?? `the file has damaged pixels, or is of a rare kind of ${kind.format} that cannot be decoded`;
}

/**
 * How images are brought to a network's size: `fast` within one level of Pillow's result in the mean, `exact` to the bit, at
 * several times the work.
 */
export type Resampling = 'fast' | 'exact';

/** Of a JPEG as most are, by its first bytes: to have libvips open it for this takes a seventh of the time of decoding it. */
async function ordinarySize(input: ImageInput): Promise<Size | null> {
  if (isRaw(input)) return null;
  // What cannot be read is for sharp to meet.
  const head = await firstBytes(input, JPEG_HEADER_BYTES).catch(() => null);
  return head && uprightJpeg(head);
}

/** @throws UnusualPixels, or what sharp throws */
async function usualSize(pipeline: Sharp): Promise<Size> {
  const metadata = await pipeline.metadata();
  expectUsual(metadata);
  return metadata.autoOrient;
}

async function decodePixels(
  input: ImageInput,
  preprocessing: Preprocessing,
  resampling: Resampling,
): Promise<{ readonly pixels: Uint8Array; readonly aspectRatio: number }> {
  // Numbers as Keras and Pillow read them: an embedded colour profile is not applied to RGB (a wide-gamut photograph keeps
  // its values), while CMYK is converted, having no other meaning here.
  const pipeline = toSharp(input, { ignoreIcc: true }).autoOrient() as Sharp & GainMapKeeper;
  // sharp would decode a JPEG at a fraction of its size, which put photographs up to 2.7 levels away from Pillow's, in the
  // mean. It does not where it cuts a part out, nor where it is to keep the gain map of an HDR photograph, which it never
  // looks for.
  const upright = (await ordinarySize(input)) ?? (await usualSize(pipeline));
  const { part, resized, crop } = framing(upright, preprocessing);
  if (part) pipeline.extract(part);
  else pipeline.keepGainMap();
  const reduced = part !== null && resized.width <= part.width && resized.height <= part.height;
  // What lies around the crop is then not computed.
  const cropped = resampling === 'fast' && reduced ? crop : null;
  if (resampling === 'fast') {
    // Measured against Pillow's BILINEAR over photographs of 463 to 2725 pixels at 96, 160 and 224: `linear` is 0.2 to 0.8
    // levels away in the mean (cubic 1.6, mitchell 0.6, lanczos3 2.4 where linear has 0.3).
    pipeline.resize(resized.width, resized.height, {
      fit: 'fill',
      kernel: preprocessing.kernel === 'bicubic' ? 'cubic' : 'linear',
      withoutEnlargement: true,
    });
  }
  if (cropped) pipeline.extract(cropped);
  const { data, info } = await pipeline
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  if (info.channels !== 3) throw new RangeError(`it has ${info.channels} channels instead of 3`);
  const pixels = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return {
    pixels: cropped ? pixels : resample(pixels, info, { part: null, resized, crop }, preprocessing.kernel),
    // As the cache keeps it, so that it makes no difference where an image comes from.
    aspectRatio: Math.fround(upright.width / upright.height),
  };
}

/** As `decodeImage`, with what is wrong with the image as a value. */
export async function tryDecodeImage(
  input: ImageInput,
  preprocessing: Preprocessing,
  resampling: Resampling = 'fast',
): Promise<Decoded> {
  try {
    // Sharp and libvips take twice the time for a photograph.
    const jpeg = resampling === 'fast' && !isRaw(input) ? await jpegThreads.decode(input, preprocessing) : null;
    if (jpeg !== null) return { kind: 'pixels', ...jpeg };
    const decoded = await withOwnFormats(input, (image) => decodePixels(image, preprocessing, resampling));
    return { kind: 'pixels', ...decoded };
  } catch (error) {
    return { kind: 'problem', reason: isRaw(input) ? 'its pixels are damaged' : await decodeProblem(input, error) };
  }
}

/**
 * Decodes an image as a network takes it: upright by EXIF, RGB, 8 bits, the first frame of an animation, transparency over
 * white, brought to the network's size. Grey, palette, CMYK and 16-bit images are converted: CMYK by its profile or, without
 * one, as Pillow reckons it, and deep grey by the bits that its values take.
 *
 * @param file the path of the file, or its content
 * @param resampling whether photographs are, to the bit or within one level in the mean, what Pillow's
 *   `resize((width, height), BILINEAR)` or `BICUBIC` makes of the whole image or of its centred part
 * @returns [height, width, 3] uint8
 * @throws ThawError `image.unreadable`
 */
export async function decodeImage(
  file: string | Uint8Array,
  preprocessing: Preprocessing,
  resampling: Resampling = 'fast',
): Promise<Uint8Array> {
  const decoded = await tryDecodeImage(file, preprocessing, resampling);
  if (decoded.kind === 'pixels') return decoded.pixels;
  const name = typeof file === 'string' ? file : 'the image';
  throw new ThawError(
    'image.unreadable',
    `An image must be readable, but of ${name}: ${decoded.reason}.`,
    'Give another file, or save the image again as JPEG or PNG.',
  );
}

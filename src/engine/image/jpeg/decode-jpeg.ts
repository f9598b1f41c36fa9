import { Transformer } from '@napi-rs/image';
import type { Preprocessing } from '../../network/preprocessing.ts';
import { ordinaryJpeg } from '../formats/jpeg-header.ts';
import { jpegScans } from '../formats/jpeg-scans.ts';
import { framing } from '../framing.ts';
import { storedRegion, turnedSize, turnUpright } from '../orientation.ts';
import { resampler } from '../resample/resampler.ts';

/** What cameras of 24 megapixels make; bounds what each thread decodes into. */
const MOST_PIXELS = 25_000_000;
/** Each may go over all of the pixels, however short it is; libvips allows as many. */
const MOST_SCANS = 100;
const CHANNELS = 3;

/** What a decoder made of an image that it knows how to decode. */
export interface DecodedJpeg {
  /** [height, width, 3] uint8 */
  readonly pixels: Uint8Array<ArrayBuffer>;
  /** Width by height of the whole upright image. */
  readonly aspectRatio: number;
}

/** @returns whether the pixels lie in `target` now, [height, width, 3] */
function decodeInto(target: Buffer, file: Buffer): boolean {
  const decoded = new Transformer(file).rawPixelsSync();
  if (decoded.length === target.length) {
    target.set(decoded);
    return true;
  }
  if (decoded.length * CHANNELS !== target.length) return false;
  decoded.forEach((grey, pixel) => target.fill(grey, pixel * CHANNELS, (pixel + 1) * CHANNELS));
  return true;
}

/**
 * Decodes a JPEG as most are, sequential, grey or of three colours and 8 bits, and brings it to a network's size as Pillow does.
 *
 * @param content all of the file
 * @returns null for anything else, and for what is damaged: that is for sharp
 */
export function decodeJpeg(content: Uint8Array, preprocessing: Preprocessing): DecodedJpeg | null {
  const file = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  const header = ordinaryJpeg(file);
  if (header === null) return null;
  const { stored, orientation, isProgressive } = header;
  // Of damaged ones this decoder makes something, where libjpeg says that they are.
  if (isProgressive) return null;
  const scans = jpegScans(file, header.end);
  if (stored.width * stored.height > MOST_PIXELS || scans === null || scans > MOST_SCANS) return null;
  const own = resampler();
  try {
    if (!decodeInto(own.source(stored), file)) return null;
  } catch {
    return null;
  }
  const upright = turnedSize(stored, orientation);
  const { part, resized, crop } = framing(upright, preprocessing);
  // Resampled as it is stored and turned afterwards, when it is small.
  const turned = turnedSize(resized, orientation);
  const framed = {
    part: part && storedRegion(part, stored, orientation),
    resized: turned,
    crop: crop && storedRegion(crop, turned, orientation),
  };
  const pixels = own.resample(stored, framed, preprocessing.kernel);
  return {
    pixels: turnUpright(pixels, framed.crop ?? turned, orientation),
    // As the cache keeps it, so that it makes no difference where an image comes from.
    aspectRatio: Math.fround(upright.width / upright.height),
  };
}

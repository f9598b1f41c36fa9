import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { decodeImage } from '../image/decode-image.ts';
import type { Preprocessing } from '../network/preprocessing.ts';
import { NpzWriter } from '../numpy/npz-writer.ts';
import type { ReferenceImage } from './exporter-protocol.ts';

/** So many drawn images go with every export. */
export const DRAWN_IMAGES = 4;

/** What an export is tested with. */
export interface TestImages {
  readonly height: number;
  readonly width: number;
  /** uint8 [height, width, 3] of each; those of the validation first. */
  readonly pixels: readonly Uint8Array[];
  /** So many of them are of the validation. */
  readonly references: number;
}

/**
 * Waves of colour, the same for the same place in the list: they ship with an export, which is no place for a user's own
 * images.
 */
function drawnImage(place: number, height: number, width: number): Uint8Array {
  const pixels = new Uint8Array(height * width * 3);
  for (let index = 0; index < pixels.length; index += 1) {
    const channel = index % 3;
    const x = (Math.floor(index / 3) % width) / width;
    const y = Math.floor(index / (3 * width)) / height;
    const wave = Math.sin((2 + 3 * place) * x * (channel + 1)) * Math.cos((3 + 2 * place) * y + channel);
    pixels[index] = Math.round(127.5 * (1 + wave));
  }
  return pixels;
}

/** null for an image that has gone, has changed or cannot be read any more. */
async function pixelsOf(image: ReferenceImage, preprocessing: Preprocessing): Promise<Uint8Array | null> {
  const content = await readFile(image.file).catch(() => null);
  if (content === null || createHash('sha256').update(content).digest('hex') !== image.contentHash) return null;
  return decodeImage(content, preprocessing).catch((error: unknown) => {
    if (error instanceof ThawError) return null;
    throw error;
  });
}

/** The images of the validation that are still there, and those that are drawn. */
export async function testImages(
  references: readonly ReferenceImage[],
  preprocessing: Preprocessing,
): Promise<TestImages> {
  const { height, width } = preprocessing;
  const decoded = await Promise.all(references.map((reference) => pixelsOf(reference, preprocessing)));
  const found = decoded.filter((pixels) => pixels !== null);
  const drawn = Array.from({ length: DRAWN_IMAGES }, (_, place) => drawnImage(place, height, width));
  return { height, width, pixels: [...found, ...drawn], references: found.length };
}

/** All of them as floats, [images, height, width, 3] from 0 to 255. */
export function asFloats({ pixels, height, width }: TestImages): {
  readonly data: Float32Array;
  readonly shape: readonly number[];
} {
  return { data: Float32Array.from(Buffer.concat(pixels)), shape: [pixels.length, height, width, 3] };
}

/**
 * Writes the drawn images and what Thaw predicts of them: `images` uint8 [images, height, width, 3], `probabilities` float32
 * [images, classes].
 *
 * @param probabilities of all test images
 */
export async function writeReference(
  file: string,
  { height, width, pixels, references }: TestImages,
  probabilities: Float32Array,
): Promise<void> {
  const drawn = pixels.slice(references);
  const classes = probabilities.length / pixels.length;
  const writer = await NpzWriter.create(file);
  try {
    const rows = { mostRows: drawn.length };
    const images = writer.array('images', '|u1', [height, width, 3], { ...rows, rowBytes: height * width * 3 });
    const expected = writer.array('probabilities', '<f4', [classes], { ...rows, rowBytes: classes * 4 });
    await images.append(Buffer.concat(drawn));
    await expected.append(new Uint8Array(probabilities.slice(references * classes).buffer));
    await writer.close();
  } catch (error) {
    await writer.abandon();
    throw error;
  }
}

import { crc32 } from 'node:zlib';
import type { ImageFormat } from '../../dataset/image-format.ts';
import { MAXIMUM_PIXELS, TOO_MANY_PIXELS } from './raw-image.ts';
import { OLD_JPEG } from './old-jpeg.ts';
import { TIFF_TAG, tiffDirectory } from './tiff-directory.ts';

const cutShort = (what: string): string => `the file is cut short: ${what}`;
const damaged = (what: string): string => `the file is damaged: ${what}`;
const END_MISSING = cutShort('its end is missing');

/** PNG (ISO/IEC 15948): chunks of length, type, data, checksum; IEND is the last. */
function pngDamage(file: Buffer): string | null {
  let pixels = false;
  for (let at = 8; at < file.length;) {
    if (at + 8 > file.length) return END_MISSING;
    const [length, type] = [file.readUInt32BE(at), file.toString('latin1', at + 4, at + 8)];
    if (!/^[A-Za-z]{4}$/.test(type)) return damaged('where a part of it should begin, there is something else');
    const end = at + 8 + length;
    if (end + 4 > file.length) return cutShort(`its ${type} part, of ${length} bytes, is incomplete`);
    if (crc32(file.subarray(at + 4, end)) !== file.readUInt32BE(end)) {
      return damaged(`the checksum of its ${type} part is wrong`);
    }
    pixels ||= type === 'IDAT';
    if (type === 'IEND') return pixels ? null : damaged('it has no pixels');
    at = end + 4;
  }
  return END_MISSING;
}

/** JPEG (ITU-T T.81, annex B): segments up to the scan, which ends with an EOI marker. */
function jpegDamage(file: Buffer): string | null {
  let at = 2;
  while (at + 4 <= file.length) {
    if (file[at] !== 0xff) return damaged('where a part of its header should begin, there is something else');
    const marker = file[at + 1] ?? 0;
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    at += 2 + file.readUInt16BE(at + 2);
    if (marker === 0xda) return file.indexOf(Buffer.of(0xff, 0xd9), at) === -1 ? END_MISSING : null;
    if (marker === 0xd9) return damaged('it has no pixels');
  }
  return cutShort('it ends before its pixels');
}

/** Past the blocks of data, each with its length before it; null where the file ends before an empty one. */
function afterBlocks(file: Buffer, start: number): number | null {
  let at = start;
  while (at < file.length) {
    const length = file[at] ?? 0;
    at += 1 + length;
    if (length === 0) return at;
  }
  return null;
}

const coloursAfter = (flags: number): number => ((flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1));

/** GIF (CompuServe's GIF89a): the first picture is all that is needed. */
function gifDamage(file: Buffer): string | null {
  if (file.length < 13) return cutShort('it ends before its pixels');
  if (file.readUInt16LE(6) * file.readUInt16LE(8) > MAXIMUM_PIXELS) return TOO_MANY_PIXELS;
  let at = 13 + coloursAfter(file[10] ?? 0);
  while (at < file.length) {
    const kind = file[at];
    if (kind === 0x3b) return damaged('it has no pixels');
    if (kind === 0x21) {
      const next = afterBlocks(file, at + 2);
      if (next === null) return END_MISSING;
      at = next;
    } else if (kind === 0x2c) {
      if (at + 10 > file.length) return END_MISSING;
      const [left, top, width, height] = [1, 3, 5, 7].map((place) => file.readUInt16LE(at + place));
      if (((left ?? 0) + (width ?? 0)) * ((top ?? 0) + (height ?? 0)) > MAXIMUM_PIXELS) return TOO_MANY_PIXELS;
      return afterBlocks(file, at + 11 + coloursAfter(file[at + 9] ?? 0)) === null ? END_MISSING : null;
    } else {
      return damaged('where a part of it should begin, there is something else');
    }
  }
  return cutShort('it ends before its pixels');
}

const NO_NUMBERS = new Uint32Array();

function tiffDamage(file: Buffer): string | null {
  const directory = tiffDirectory(file);
  // Of a BigTIFF, whose mark is 43, nothing is told.
  if (directory === null) return file[2] === 43 || file[3] === 43 ? null : cutShort('the list of its parts is missing');
  const { numbers, complete } = directory;
  if (numbers.get(TIFF_TAG.compression)?.[0] === OLD_JPEG) {
    return 'the file has pixels in JPEG as old scanners wrote it, which cannot be decoded';
  }
  if (!complete) return cutShort('the list of its parts is incomplete');
  const offsets = numbers.get(TIFF_TAG.stripOffsets) ?? numbers.get(TIFF_TAG.tileOffsets) ?? NO_NUMBERS;
  const lengths = numbers.get(TIFF_TAG.stripBytes) ?? numbers.get(TIFF_TAG.tileBytes) ?? NO_NUMBERS;
  const beyond = offsets.some((offset, index) => offset + (lengths[index] ?? 0) > file.length);
  return beyond ? cutShort('some of its pixels are missing') : null;
}

function webpDamage(file: Buffer): string | null {
  const missing = file.length < 12 || file.readUInt32LE(4) + 8 > file.length;
  return missing ? END_MISSING : null;
}

/** AVIF: boxes of the ISO base media file format (ISO/IEC 14496-12), each with its length before it. */
function avifDamage(file: Buffer): string | null {
  let at = 0;
  while (at + 8 <= file.length) {
    const length = file.readUInt32BE(at);
    // 0: as long as the file; 1: a length of 64 bits, which no picture needs.
    if (length < 8) return null;
    if (at + length > file.length) return END_MISSING;
    at += length;
  }
  return null;
}

const DAMAGE: Readonly<Record<ImageFormat, (file: Buffer) => string | null>> = {
  PNG: pngDamage,
  JPEG: jpegDamage,
  GIF: gifDamage,
  TIFF: tiffDamage,
  WebP: webpDamage,
  AVIF: avifDamage,
  // Its own decoder says it.
  BMP: () => null,
};

/**
 * What is plainly wrong with an image file that did not decode, by its structure alone, in words; null where that is whole.
 *
 * @param content all of the file
 */
export function fileDamage(format: ImageFormat, content: Uint8Array): string | null {
  return DAMAGE[format](Buffer.from(content.buffer, content.byteOffset, content.byteLength));
}

import { exifOrientation } from '../exif.ts';
import type { Size } from '../framing.ts';
import { turnedSize } from '../orientation.ts';

/** Where the frame of nearly every photograph has begun: behind EXIF and a colour profile of one segment. */
export const JPEG_HEADER_BYTES = 2 ** 16;

const MARKER = { startOfImage: 0xd8, endOfImage: 0xd9, startOfScan: 0xda, app1: 0xe1 } as const;
/** Frames that are coded by Huffman's way: baseline, extended and progressive. */
const FRAMES: ReadonlySet<number> = new Set([0xc0, 0xc1, 0xc2]);
const PROGRESSIVE = 0xc2;
/** Lower ones are reserved: no decoder knows what they would mean. */
const LEAST_MARKER = 0xc0;
/** Marks that begin with no length: the restart marks, and the start of the image. */
const isAlone = (marker: number): boolean => marker >= 0xd0 && marker <= 0xd8;

/** Grey or three colours of 8 bits each. */
function frameSize(segment: Buffer): Size | null {
  const [components] = segment.subarray(5);
  if (segment.length < 6 || segment[0] !== 8 || (components !== 1 && components !== 3)) return null;
  const [height, width] = [segment.readUInt16BE(1), segment.readUInt16BE(3)];
  return width > 0 && height > 0 ? { width, height } : null;
}

/** What the header of an ordinary JPEG tells. */
interface OrdinaryJpeg {
  /** Its size before it is turned upright. */
  readonly stored: Size;
  /** As EXIF numbers them, from 1 (not at all) to 8. */
  readonly orientation: number;
  readonly isProgressive: boolean;
  /** Where the header of its frame ends, in bytes. */
  readonly end: number;
}

/**
 * Reads the header of an ordinary JPEG by ITU-T T.81 (annex B) and EXIF, without any of the decoder's work.
 *
 * @param head the beginning of a file, whatever it is
 * @returns null for anything else, and for what is unusual, incomplete or ambiguous: that is for the decoder to say
 */
export function ordinaryJpeg(head: Uint8Array): OrdinaryJpeg | null {
  const file = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
  if (file[0] !== 0xff || file[1] !== MARKER.startOfImage) return null;
  let orientation: number | null = null;
  for (let at = 2; at + 4 <= file.length;) {
    if (file[at] !== 0xff) return null;
    const marker = file[at + 1] ?? 0;
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    if (marker < LEAST_MARKER || isAlone(marker) || marker === MARKER.endOfImage || marker === MARKER.startOfScan)
      return null;
    const end = at + 2 + file.readUInt16BE(at + 2);
    if (end > file.length) return null;
    const segment = file.subarray(at + 4, end);
    if (marker === MARKER.app1 && segment.toString('latin1', 0, 6) === 'Exif\0\0') {
      if (orientation !== null) return null;
      orientation = exifOrientation(segment);
      if (orientation === null) return null;
    }
    if (FRAMES.has(marker)) {
      const stored = frameSize(segment);
      return stored && { stored, orientation: orientation ?? 1, isProgressive: marker === PROGRESSIVE, end };
    }
    at = end;
  }
  return null;
}

/** The size of an ordinary JPEG once it is upright; null where `ordinaryJpeg` is. */
export function uprightJpeg(head: Uint8Array): Size | null {
  const header = ordinaryJpeg(head);
  return header && turnedSize(header.stored, header.orientation);
}

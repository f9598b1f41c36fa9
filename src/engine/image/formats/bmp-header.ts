import { MAXIMUM_PIXELS, TOO_MANY_PIXELS } from './raw-image.ts';

/** Why a BMP is not decoded, as a sentence's end: `of NAME: ...`. */
export class BmpProblem extends Error {
  override readonly name = 'BmpProblem';
}

export const CUT_SHORT = 'the file is cut short or damaged';

/** Where the bits of one channel lie in a pixel. */
export interface ChannelMask {
  readonly shift: number;
  /** The channel's largest value; 0 where there is no such channel. */
  readonly largest: number;
}

export interface BmpHeader {
  readonly width: number;
  readonly height: number;
  /** Whether the first row stored is the upper one. */
  readonly topDown: boolean;
  readonly bits: 1 | 2 | 4 | 8 | 16 | 24 | 32;
  readonly runLength: boolean;
  /** Of pixels of 16 and 32 bits: red, green, blue, opacity. */
  readonly masks: readonly [ChannelMask, ChannelMask, ChannelMask, ChannelMask];
  /** [colours, 3]; empty from 16 bits on. */
  readonly palette: Uint8Array;
  /** Where the pixels begin. */
  readonly offset: number;
}

/** As `biCompression` counts them. */
const COMPRESSION = { none: 0, runLength8: 1, runLength4: 2, bitFields: 3, alphaBitFields: 6 } as const;
const BITS = [1, 2, 4, 8, 16, 24, 32] as const;
const FILE_HEADER_BYTES = 14;
const CORE_HEADER_BYTES = 12;
const INFO_HEADER_BYTES = 40;
/** From this size on the header itself holds the masks of red, green and blue; from 56 bytes on that of opacity too. */
const MASKS_HEADER_BYTES = 52;

const NO_CHANNEL: ChannelMask = { shift: 0, largest: 0 };

function channelMask(mask: number): ChannelMask {
  if (mask === 0) return NO_CHANNEL;
  const shift = 31 - Math.clz32(mask & -mask);
  const largest = mask >>> shift;
  if ((largest & (largest + 1)) !== 0) throw new BmpProblem(`${CUT_SHORT}: the bits of a colour are torn apart`);
  return { shift, largest };
}

function masksOf(view: DataView, size: number, bits: number, compression: number): BmpHeader['masks'] {
  if (compression !== COMPRESSION.bitFields && compression !== COMPRESSION.alphaBitFields) {
    const usual = bits === 16 ? [0x7c00, 0x03e0, 0x001f] : [0xff0000, 0xff00, 0xff];
    const [red = 0, green = 0, blue = 0] = usual;
    // The fourth byte of plain 32-bit pixels is padding, not opacity.
    return [channelMask(red), channelMask(green), channelMask(blue), NO_CHANNEL];
  }
  const at = FILE_HEADER_BYTES + INFO_HEADER_BYTES;
  const mask = (index: number): number => view.getUint32(at + 4 * index, true);
  const withOpacity = size >= 56 || compression === COMPRESSION.alphaBitFields;
  return [channelMask(mask(0)), channelMask(mask(1)), channelMask(mask(2)), channelMask(withOpacity ? mask(3) : 0)];
}

function expectSize(width: number, height: number): void {
  if (width < 1 || height < 1) throw new BmpProblem(`${CUT_SHORT}: its size is ${width} x ${height}`);
  if (width * height > MAXIMUM_PIXELS) throw new BmpProblem(TOO_MANY_PIXELS);
}

function paletteOf(file: Uint8Array, start: number, colours: number, entryBytes: number): Uint8Array {
  const palette = new Uint8Array(colours * 3);
  for (let index = 0; index < colours; index += 1) {
    const at = start + index * entryBytes;
    palette.set([file[at + 2] ?? 0, file[at + 1] ?? 0, file[at] ?? 0], index * 3);
  }
  return palette;
}

/**
 * Reads the headers and the palette of a BMP of Windows or OS/2 (Microsoft's "Bitmap Storage"; BITMAPCOREHEADER to
 * BITMAPV5HEADER).
 *
 * @throws BmpProblem
 */
export function readBmpHeader(file: Uint8Array): BmpHeader {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  try {
    const size = view.getUint32(FILE_HEADER_BYTES, true);
    const core = size === CORE_HEADER_BYTES;
    if (!core && (size < 16 || size > 1024)) throw new BmpProblem('the file is of a rare kind of BMP');
    const at = FILE_HEADER_BYTES + 4;
    const width = core ? view.getUint16(at, true) : view.getInt32(at, true);
    const signedHeight = core ? view.getUint16(at + 2, true) : view.getInt32(at + 4, true);
    const bitsStored = view.getUint16(core ? at + 6 : at + 10, true);
    const compression = size >= 20 ? view.getUint32(at + 12, true) : COMPRESSION.none;
    const coloursStored = size >= 36 ? view.getUint32(at + 28, true) : 0;
    const height = Math.abs(signedHeight);
    expectSize(width, height);
    const bits = BITS.find((known) => known === bitsStored);
    if (bits === undefined) throw new BmpProblem(`${CUT_SHORT}: its pixels have ${bitsStored} bits`);
    const runLength =
      (compression === COMPRESSION.runLength8 && bits === 8) || (compression === COMPRESSION.runLength4 && bits === 4);
    const masked = compression === COMPRESSION.bitFields || compression === COMPRESSION.alphaBitFields;
    if (compression !== COMPRESSION.none && !runLength && !(masked && (bits === 16 || bits === 32))) {
      throw new BmpProblem(`the file is of a rare kind of BMP (compression ${compression} of ${bits} bits)`);
    }
    const ownMasks = masked && size < MASKS_HEADER_BYTES;
    const maskBytes = ownMasks ? (compression === COMPRESSION.alphaBitFields ? 16 : 12) : 0;
    const paletteStart = FILE_HEADER_BYTES + size + maskBytes;
    const entryBytes = core ? 3 : 4;
    // A count beyond what the bits can tell apart is a slip that other programs overlook too.
    const most = bits <= 8 ? 2 ** bits : 0;
    const colours = coloursStored === 0 ? most : Math.min(most, coloursStored);
    const offset = Math.max(view.getUint32(10, true), paletteStart + colours * entryBytes);
    if (offset >= file.length) throw new BmpProblem(CUT_SHORT);
    return {
      width,
      height,
      topDown: signedHeight < 0,
      bits,
      runLength,
      masks: masksOf(view, size, bits, compression),
      palette: paletteOf(file, paletteStart, colours, entryBytes),
      offset,
    };
  } catch (error) {
    if (error instanceof RangeError) throw new BmpProblem(CUT_SHORT, { cause: error });
    throw error;
  }
}

import { BmpProblem, CUT_SHORT, readBmpHeader, type BmpHeader, type ChannelMask } from './bmp-header.ts';
import type { RawImage } from './raw-image.ts';

/** Two bytes stand for 255 pixels at most; what a run-length BMP leaves out by jumps is little in any real one. */
const MOST_PIXELS_PER_BYTE = 256;

/** The palette index of every pixel, [height, width], the upper row first. */
type Indices = Uint8Array;

function plainIndices(file: Uint8Array, header: BmpHeader, rowBytes: number): Indices {
  const { width, height, bits, offset, topDown } = header;
  const indices = new Uint8Array(width * height);
  const mask = 2 ** bits - 1;
  for (let row = 0; row < height; row += 1) {
    const source = offset + row * rowBytes;
    const target = (topDown ? row : height - 1 - row) * width;
    for (let column = 0; column < width; column += 1) {
      const bit = column * bits;
      indices[target + column] = ((file[source + (bit >> 3)] ?? 0) >> (8 - bits - (bit & 7))) & mask;
    }
  }
  return indices;
}

/** BI_RLE8 and BI_RLE4: runs, literal stretches that are padded to 16 bits, jumps, ends of line and of image. */
function runLengthIndices(file: Uint8Array, header: BmpHeader): Indices {
  const { width, height, bits, offset, topDown } = header;
  const half = bits === 4;
  const indices = new Uint8Array(width * height);
  let [column, row, at] = [0, 0, offset];
  const put = (index: number): void => {
    if (column < width && row < height) indices[(topDown ? row : height - 1 - row) * width + column] = index;
    column += 1;
  };
  while (at + 1 < file.length && row < height) {
    const [count = 0, value = 0] = [file[at], file[at + 1]];
    at += 2;
    if (count > 0) {
      for (let pixel = 0; pixel < count; pixel += 1) put(half ? (pixel % 2 === 0 ? value >> 4 : value & 15) : value);
    } else if (value === 0) {
      [column, row] = [0, row + 1];
    } else if (value === 1) {
      return indices;
    } else if (value === 2) {
      column += file[at] ?? 0;
      row += file[at + 1] ?? 0;
      at += 2;
    } else {
      const bytes = half ? Math.ceil(value / 2) : value;
      if (at + bytes > file.length) throw new BmpProblem(CUT_SHORT);
      for (let pixel = 0; pixel < value; pixel += 1) {
        const byte = file[at + (half ? pixel >> 1 : pixel)] ?? 0;
        put(half ? (pixel % 2 === 0 ? byte >> 4 : byte & 15) : byte);
      }
      at += bytes + (bytes % 2);
    }
  }
  if (row < height - 1) throw new BmpProblem(CUT_SHORT);
  return indices;
}

function coloured(indices: Indices, { width, height, palette }: BmpHeader): RawImage {
  const pixels = new Uint8Array(indices.length * 3);
  for (let pixel = 0; pixel < indices.length; pixel += 1) {
    const colour = (indices[pixel] ?? 0) * 3;
    pixels[pixel * 3] = palette[colour] ?? 0;
    pixels[pixel * 3 + 1] = palette[colour + 1] ?? 0;
    pixels[pixel * 3 + 2] = palette[colour + 2] ?? 0;
  }
  return { pixels, width, height, channels: 3 };
}

/** Brought to 8 bits, as Pillow rounds. */
const channel = (pixel: number, { shift, largest }: ChannelMask): number =>
  largest === 255 ? (pixel >>> shift) & 255 : Math.floor((((pixel >>> shift) & largest) * 255) / largest);

function trueColour(file: Uint8Array, header: BmpHeader, rowBytes: number): RawImage {
  const { width, height, bits, offset, topDown, masks } = header;
  const [red, green, blue, opacity] = masks;
  const channels = opacity.largest > 0 ? 4 : 3;
  const bytes = bits / 8;
  const pixels = new Uint8Array(width * height * channels);
  for (let row = 0; row < height; row += 1) {
    let source = offset + row * rowBytes;
    let target = (topDown ? row : height - 1 - row) * width * channels;
    for (let column = 0; column < width; column += 1, source += bytes, target += channels) {
      let pixel = (file[source] ?? 0) | ((file[source + 1] ?? 0) << 8);
      if (bytes > 2) pixel |= (file[source + 2] ?? 0) << 16;
      if (bytes > 3) pixel |= (file[source + 3] ?? 0) << 24;
      pixels[target] = red.largest > 0 ? channel(pixel, red) : 0;
      pixels[target + 1] = green.largest > 0 ? channel(pixel, green) : 0;
      pixels[target + 2] = blue.largest > 0 ? channel(pixel, blue) : 0;
      if (channels === 4) pixels[target + 3] = channel(pixel, opacity);
    }
  }
  return { pixels, width, height, channels };
}

/**
 * Decodes a BMP: 1 to 8 bits with a palette, run-length encoded ones too, 16, 24 and 32 bits, upside down or not. What it
 * claims is held to the bytes that are there before memory is taken for it.
 *
 * @param file all of the file
 * @throws BmpProblem
 */
export function decodeBmp(file: Uint8Array): RawImage {
  const header = readBmpHeader(file);
  const { width, height, bits, offset, runLength } = header;
  const room = file.length - offset;
  if (runLength) {
    if (width * height > room * MOST_PIXELS_PER_BYTE) throw new BmpProblem(CUT_SHORT);
    return coloured(runLengthIndices(file, header), header);
  }
  const rowBytes = Math.ceil((width * bits) / 32) * 4;
  // The padding of the last row may be missing.
  if (rowBytes * (height - 1) + Math.ceil((width * bits) / 8) > room) throw new BmpProblem(CUT_SHORT);
  return bits <= 8 ? coloured(plainIndices(file, header, rowBytes), header) : trueColour(file, header, rowBytes);
}

import type { Framing, Size } from '../framing.ts';
import { RESAMPLE_MODULE } from './resample-module.ts';
import { tapsOf, type Kernel, type Taps } from './taps.ts';

const CHANNELS = 3;
const PAGE_BYTES = 2 ** 16;
/** What `resample.wat` may read and write behind pixels, and where a place in memory begins. */
const GRAIN = 16;
/** As above, of its `columns`. */
const ROWS_BEYOND = 3;
/** A larger memory is given back before the next image: WebAssembly's only grows. */
const KEPT_BYTES = 2 ** 26;

interface Memory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

interface Exports {
  readonly memory: Memory;
  /** source, bytes from row to row, rows, taps, bytes of a record, outputs, target */
  readonly columns: (...numbers: number[]) => void;
  /** source, bytes from row to row, bytes of an output, taps, bytes of a record, outputs, target */
  readonly rows: (...numbers: number[]) => void;
}

/** The part of it that is used: Node has it, but its type declarations have not. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: Exports };
};

/** Pillow's choice since its version 13; before, it began with the columns always. */
function beginsWithRows(from: Size, to: Size): boolean {
  return to.height < from.height && from.height - to.height > 2 * (from.width - to.width);
}

const placeOf = (bytes: number): number => Math.ceil((bytes + GRAIN) / GRAIN) * GRAIN;

/**
 * Brings an image to another size, to the bit as Pillow's `resize(..., BILINEAR)` or `BICUBIC`, and computes of that only what
 * is asked for. The image lies in this resampler's own memory: `source` gives the place to decode into.
 */
class Resampler {
  readonly #exports = new WebAssembly.Instance(new WebAssembly.Module(RESAMPLE_MODULE)).exports;

  get bytes(): number {
    return this.#exports.memory.buffer.byteLength;
  }

  #reserve(bytes: number): void {
    if (bytes > this.bytes) this.#exports.memory.grow(Math.ceil((bytes - this.bytes) / PAGE_BYTES));
  }

  /** @returns where the image's pixels are to be put, [height, width, 3] uint8; good until the next call of anything here */
  source({ width, height }: Size): Buffer {
    const bytes = width * height * CHANNELS;
    this.#reserve(placeOf(bytes));
    return Buffer.from(this.#exports.memory.buffer, 0, bytes);
  }

  /**
   * @param size of the image that lies in `source`
   * @returns [height, width, 3] uint8: the crop, or all where there is none
   */
  resample(size: Size, { part, resized, crop }: Framing, kernel: Kernel): Uint8Array<ArrayBuffer> {
    const region = part ?? { left: 0, top: 0, ...size };
    const window = crop ?? { left: 0, top: 0, ...resized };
    const stride = size.width * CHANNELS;
    const rowsFirst = beginsWithRows(region, resized);
    const acrossAxis = { from: region.width, to: resized.width, first: window.left, outputs: window.width };
    const downAxis = { from: region.height, to: resized.height, first: window.top, outputs: window.height };
    const across = tapsOf(acrossAxis, kernel, CHANNELS);
    const middleBytes = (rowsFirst ? across.end - across.start : window.width) * CHANNELS;
    const down = tapsOf(downAxis, kernel, rowsFirst ? stride : middleBytes);
    const middleRows = rowsFirst ? window.height : down.end - down.start;

    const acrossPlace = placeOf(stride * size.height);
    const downPlace = acrossPlace + placeOf(across.records.byteLength);
    const middle = downPlace + placeOf(down.records.byteLength);
    const target = middle + placeOf(middleRows * middleBytes);
    const targetBytes = window.height * window.width * CHANNELS;
    const rowBytes = Math.max(stride, middleBytes, window.width * CHANNELS);
    this.#reserve(target + placeOf(targetBytes) + ROWS_BEYOND * rowBytes);
    const { memory, columns, rows } = this.#exports;
    const put = (place: number, { records }: Taps): void => new Int32Array(memory.buffer).set(records, place / 4);
    put(acrossPlace, across);
    put(downPlace, down);

    const source = (region.top + down.start) * stride + (region.left + across.start) * CHANNELS;
    const acrossTaps = [acrossPlace, across.length * 4, window.width];
    const downTaps = [downPlace, down.length * 4, window.height];
    if (rowsFirst) {
      rows(source, stride, middleBytes, ...downTaps, middle);
      columns(middle, middleBytes, middleRows, ...acrossTaps, target);
    } else {
      columns(source, stride, middleRows, ...acrossTaps, middle);
      rows(middle, middleBytes, middleBytes, ...downTaps, target);
    }
    return new Uint8Array(memory.buffer, target, targetBytes).slice();
  }
}

let kept: Resampler | null = null;

/** This thread's resampler. */
export function resampler(): Resampler {
  if (kept === null || kept.bytes > KEPT_BYTES) kept = new Resampler();
  return kept;
}

/**
 * As `Resampler.resample`, of pixels that lie elsewhere. libvips is as fast, but averages blocks of pixels before it makes an
 * image much smaller, and places the pixels of an enlarged one up to half a pixel off.
 *
 * @param pixels [height, width, 3] uint8
 */
export function resample(pixels: Uint8Array, size: Size, framing: Framing, kernel: Kernel): Uint8Array<ArrayBuffer> {
  const own = resampler();
  own.source(size).set(pixels);
  return own.resample(size, framing, kernel);
}

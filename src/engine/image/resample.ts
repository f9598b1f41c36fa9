const CHANNELS = 3;

/** Pillow computes with weights of this many fractional bits (`src/libImaging/Resample.c`, `PRECISION_BITS`). */
const PRECISION_BITS = 22;

interface Taps {
  readonly start: number;
  readonly weights: Int32Array;
}

/**
 * What a pixel weighs at a distance, in pixels of the smaller image; none from `reach` on. Pillow's cubic has a = -0.5,
 * Catmull's and Rom's.
 */
const KERNELS = {
  bilinear: { reach: 1, weight: (distance: number) => 1 - distance },
  bicubic: {
    reach: 2,
    weight: (distance: number) =>
      distance < 1
        ? (1.5 * distance - 2.5) * distance * distance + 1
        : ((-0.5 * distance + 2.5) * distance - 4) * distance + 2,
  },
} as const;
type Kernel = keyof typeof KERNELS;

/** For each output pixel, the input pixels it is made of, within the kernel's reach and the image. */
function tapsOf(from: number, to: number, kernel: Kernel): readonly Taps[] {
  const { reach, weight } = KERNELS[kernel];
  const scale = from / to;
  // Where an image becomes smaller, every pixel of it counts.
  const stretch = Math.max(1, scale);
  const support = reach * stretch;
  return Array.from({ length: to }, (_, position) => {
    const center = (position + 0.5) * scale;
    const start = Math.max(0, Math.trunc(center - support + 0.5));
    const end = Math.min(from, Math.trunc(center + support + 0.5));
    const weights = Array.from({ length: end - start }, (_, tap) => {
      const distance = Math.abs(tap + start - center + 0.5) / stretch;
      return distance < reach ? weight(distance) : 0;
    });
    const sum = weights.reduce((total, own) => total + own, 0);
    // Rounded to the nearest, halves away from zero.
    const bits = weights.map((own) => (own / sum) * 2 ** PRECISION_BITS);
    return { start, weights: Int32Array.from(bits, (own) => own + (own < 0 ? -0.5 : 0.5)) };
  });
}

/**
 * Resamples along one axis. Seen as [outer, from, inner], the result is [outer, to, inner].
 */
function resampleAxis(
  pixels: Uint8Array,
  taps: readonly Taps[],
  { outer, from, inner }: { readonly outer: number; readonly from: number; readonly inner: number },
): Uint8Array {
  const to = taps.length;
  const result = new Uint8Array(outer * to * inner);
  const half = 2 ** (PRECISION_BITS - 1);
  for (const [position, { start, weights }] of taps.entries()) {
    for (let block = 0; block < outer; block += 1) {
      const source = (block * from + start) * inner;
      const target = (block * to + position) * inner;
      for (let offset = 0; offset < inner; offset += 1) {
        let sum = half;
        for (let tap = 0; tap < weights.length; tap += 1) {
          sum += (pixels[source + tap * inner + offset] ?? 0) * (weights[tap] ?? 0);
        }
        result[target + offset] = Math.max(0, Math.min(255, sum >> PRECISION_BITS));
      }
    }
  }
  return result;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Pillow's choice since its version 13; before, it began with the columns always. */
function beginsWithRows(from: Size, to: Size): boolean {
  return to.height < from.height && from.height - to.height > 2 * (from.width - to.width);
}

/**
 * Brings an image to another size, to the bit as Pillow's `resize(..., BILINEAR)` or `BICUBIC`. libvips is several times as
 * fast, but averages blocks of pixels before it makes an image much smaller, and places the pixels of an enlarged one up to
 * half a pixel off.
 *
 * @param pixels [height, width, 3] uint8
 * @returns [height, width, 3] uint8
 */
export function resample(pixels: Uint8Array, from: Size, to: Size, kernel: Kernel): Uint8Array {
  const columns = (given: Uint8Array, height: number): Uint8Array =>
    to.width === from.width
      ? given
      : resampleAxis(given, tapsOf(from.width, to.width, kernel), { outer: height, from: from.width, inner: CHANNELS });
  const rows = (given: Uint8Array, width: number): Uint8Array =>
    to.height === from.height
      ? given
      : resampleAxis(given, tapsOf(from.height, to.height, kernel), {
          outer: 1,
          from: from.height,
          inner: width * CHANNELS,
        });
  return beginsWithRows(from, to)
    ? columns(rows(pixels, from.width), to.height)
    : rows(columns(pixels, from.height), to.width);
}

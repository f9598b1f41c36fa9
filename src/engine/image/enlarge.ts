const CHANNELS = 3;

/** Pillow computes with weights of this many fractional bits (`src/libImaging/Resample.c`, `PRECISION_BITS`). */
const PRECISION_BITS = 22;

interface Taps {
  readonly start: number;
  readonly weights: Int32Array;
}

/** What a pixel weighs at a distance, in pixels; none from `reach` on. Pillow's cubic has a = -0.5, Catmull's and Rom's. */
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
  return Array.from({ length: to }, (_, position) => {
    const center = (position + 0.5) * scale;
    const start = Math.max(0, Math.trunc(center - reach + 0.5));
    const end = Math.min(from, Math.trunc(center + reach + 0.5));
    const weights = Array.from({ length: end - start }, (_, tap) => {
      const distance = Math.abs(tap + start - center + 0.5);
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
function enlargeAxis(
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

/**
 * Enlarges an image, to the bit as Pillow's `resize(..., BILINEAR)` or `BICUBIC`: libvips places the pixels of an enlarged
 * image up to half a pixel off, which changes every value of a small image.
 *
 * @param pixels [height, width, 3] uint8
 * @param to at least as wide and as high
 * @returns [height, width, 3] uint8
 */
export function enlarge(pixels: Uint8Array, from: Size, to: Size, kernel: Kernel): Uint8Array {
  const wide =
    to.width === from.width
      ? pixels
      : enlargeAxis(pixels, tapsOf(from.width, to.width, kernel), {
          outer: from.height,
          from: from.width,
          inner: CHANNELS,
        });
  if (to.height === from.height) return wide;
  const shape = { outer: 1, from: from.height, inner: to.width * CHANNELS };
  return enlargeAxis(wide, tapsOf(from.height, to.height, kernel), shape);
}

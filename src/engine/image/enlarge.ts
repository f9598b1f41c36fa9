const CHANNELS = 3;

/** Pillow computes with weights of this many fractional bits (`src/libImaging/Resample.c`, `PRECISION_BITS`). */
const PRECISION_BITS = 22;

interface Taps {
  readonly start: number;
  readonly weights: Int32Array;
}

/** For each output pixel, the input pixels it is made of: a triangle two input pixels wide, cut off at the borders. */
function triangleTaps(from: number, to: number): readonly Taps[] {
  const scale = from / to;
  return Array.from({ length: to }, (_, position) => {
    const center = (position + 0.5) * scale;
    const start = Math.max(0, Math.trunc(center - 0.5));
    const end = Math.min(from, Math.trunc(center + 1.5));
    const weights = Array.from({ length: end - start }, (_, tap) =>
      Math.max(0, 1 - Math.abs(tap + start - center + 0.5)),
    );
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return { start, weights: Int32Array.from(weights, (weight) => 0.5 + (weight / sum) * 2 ** PRECISION_BITS) };
  });
}

/**
 * Resamples along one axis. Seen as [outer, from, inner], the result is [outer, to, inner].
 */
function enlargeAxis(pixels: Uint8Array, outer: number, from: number, to: number, inner: number): Uint8Array {
  const result = new Uint8Array(outer * to * inner);
  const half = 2 ** (PRECISION_BITS - 1);
  for (const [position, { start, weights }] of triangleTaps(from, to).entries()) {
    for (let block = 0; block < outer; block += 1) {
      const source = (block * from + start) * inner;
      const target = (block * to + position) * inner;
      for (let offset = 0; offset < inner; offset += 1) {
        let sum = half;
        for (let tap = 0; tap < weights.length; tap += 1) {
          sum += (pixels[source + tap * inner + offset] ?? 0) * (weights[tap] ?? 0);
        }
        result[target + offset] = Math.min(255, sum >> PRECISION_BITS);
      }
    }
  }
  return result;
}

/**
 * Enlarges an image bilinearly, to the bit as Pillow's `resize(..., BILINEAR)`: libvips places the pixels of an enlarged
 * image up to half a pixel off, which changes every value of a small image.
 *
 * @param pixels [height, width, 3] uint8
 * @param toWidth at least `width`
 * @param toHeight at least `height`
 * @returns [toHeight, toWidth, 3] uint8
 */
export function enlarge(
  pixels: Uint8Array,
  width: number,
  height: number,
  toWidth: number,
  toHeight: number,
): Uint8Array {
  const wide = toWidth === width ? pixels : enlargeAxis(pixels, height, width, toWidth, CHANNELS);
  return toHeight === height ? wide : enlargeAxis(wide, 1, height, toHeight, toWidth * CHANNELS);
}

/** Pillow computes with weights of this many fractional bits (`src/libImaging/Resample.c`, `PRECISION_BITS`). */
const PRECISION_BITS = 22;

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
export type Kernel = keyof typeof KERNELS;

/** What is wanted of one axis: so many outputs from the first on, of `to` that `from` pixels become. */
export interface Axis {
  readonly from: number;
  readonly to: number;
  readonly first: number;
  readonly outputs: number;
}

/** The input pixels that each wanted output is made of, as `resample.wat` takes them. */
export interface Taps {
  /** A record an output: the first pixel's offset, how many pixels there are, and what each weighs. */
  readonly records: Int32Array;
  /** Of one record. */
  readonly length: number;
  /** The input pixels that are looked at: from the first to before the end. */
  readonly start: number;
  readonly end: number;
}

/** Before the weights of a record. */
const HEADER = 2;

/** @param pixelBytes what lies between a pixel and the next along this axis */
export function tapsOf({ from, to, first, outputs }: Axis, kernel: Kernel, pixelBytes: number): Taps {
  const { reach, weight } = KERNELS[kernel];
  const scale = from / to;
  // Where an image becomes smaller, every pixel of it counts.
  const stretch = Math.max(1, scale);
  const support = reach * stretch;
  const startOf = (output: number): number => Math.max(0, Math.trunc((output + 0.5) * scale - support + 0.5));
  const endOf = (output: number): number => Math.min(from, Math.trunc((output + 0.5) * scale + support + 0.5));
  const [start, end] = [startOf(first), endOf(first + outputs - 1)];
  const length = HEADER + Math.ceil(2 * support) + 1;
  const records = new Int32Array(outputs * length);
  const weights = new Float64Array(length);
  for (let index = 0; index < outputs; index += 1) {
    const output = first + index;
    const [own, count] = [startOf(output), endOf(output) - startOf(output)];
    let sum = 0;
    for (let tap = 0; tap < count; tap += 1) {
      const distance = Math.abs(tap + own - (output + 0.5) * scale + 0.5) / stretch;
      const value = distance < reach ? weight(distance) : 0;
      weights[tap] = value;
      sum += value;
    }
    const record = index * length;
    records[record] = (own - start) * pixelBytes;
    records[record + 1] = count;
    for (let tap = 0; tap < count; tap += 1) {
      const bits = ((weights[tap] ?? 0) / sum) * 2 ** PRECISION_BITS;
      // Rounded to the nearest, halves away from zero.
      records[record + HEADER + tap] = bits + (bits < 0 ? -0.5 : 0.5);
    }
  }
  return { records, length, start, end };
}

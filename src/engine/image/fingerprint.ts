/** Pixels a side of what the hash is taken of. */
export const FINGERPRINT_SIDE = 32;
const SIDE = FINGERPRINT_SIDE;
/** Pixels a side of what is kept to compare images by. */
export const KEPT_SIDE = 16;
const BITS = 64;
/** Differences of brightness below this, as a standard deviation in levels, are compression's as likely as the image's. */
const FLATTEST = 4;

/** What of an image stays the same when it is resized, compressed again or mirrored. */
export interface Fingerprint {
  /** The signs of 64 low frequencies, the first 32 of them and the others. */
  readonly hash: readonly [number, number];
  /** Brightness, [16, 16] uint8, the whole image stretched. */
  readonly brightness: Uint8Array;
  /** Whether it shows next to nothing, so that it is like any other that does. */
  readonly flat: boolean;
}

/** The frequencies [vertical, horizontal] whose signs are kept: the lowest ones, without the mean. */
const FREQUENCIES: readonly (readonly [number, number])[] = Array.from({ length: SIDE * SIDE }, (_, index) => {
  return [Math.floor(index / SIDE), index % SIDE] as const;
})
  .sort(([top, left], [otherTop, otherLeft]) => top + left - (otherTop + otherLeft) || top - otherTop)
  .slice(1, BITS + 1);

const HIGHEST = Math.max(...FREQUENCIES.flat());

/** cosines[frequency][place], of DCT-II over `SIDE` places. */
const COSINES = Array.from({ length: HIGHEST + 1 }, (_, frequency) =>
  Float64Array.from({ length: SIDE }, (_, place) => Math.cos((Math.PI * frequency * (2 * place + 1)) / (2 * SIDE))),
);

function packed(bits: readonly boolean[]): readonly [number, number] {
  const word = (start: number): number => {
    let value = 0;
    for (let bit = 0; bit < 32; bit += 1) if (bits[start + bit]) value |= 1 << bit;
    return value >>> 0;
  };
  return [word(0), word(32)];
}

/** A cosine of odd frequency changes its sign where its axis is turned round. */
function signsTurned(axis: 0 | 1): readonly [number, number] {
  return packed(FREQUENCIES.map((frequency) => frequency[axis] % 2 === 1));
}

const [MIRRORED, UPSIDE_DOWN] = [signsTurned(1), signsTurned(0)];

/** How a copy may be turned, and which bits of the hash change by that. */
export const TURNS = [
  { mirrored: false, upsideDown: false, bits: [0, 0] },
  { mirrored: true, upsideDown: false, bits: MIRRORED },
  { mirrored: false, upsideDown: true, bits: UPSIDE_DOWN },
  { mirrored: true, upsideDown: true, bits: [MIRRORED[0] ^ UPSIDE_DOWN[0], MIRRORED[1] ^ UPSIDE_DOWN[1]] },
] as const;

function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < values.length; index += 1) sum += values[index] ?? 0;
  return sum / values.length;
}

function halved(pixels: Uint8Array): Uint8Array {
  const at = (row: number, column: number): number => pixels[row * SIDE + column] ?? 0;
  return Uint8Array.from({ length: KEPT_SIDE * KEPT_SIDE }, (_, index) => {
    const [row, column] = [2 * Math.floor(index / KEPT_SIDE), 2 * (index % KEPT_SIDE)];
    return Math.round((at(row, column) + at(row, column + 1) + at(row + 1, column) + at(row + 1, column + 1)) / 4);
  });
}

/**
 * The fingerprint of brightness, after the perceptual hash of Zauner, "Implementation and Benchmarking of Perceptual Image
 * Hash Functions" (2010); signs are kept in place of what lies above the median, so that the hash of a mirrored image is
 * known from the image's own.
 *
 * @param pixels [32, 32] uint8, the whole image stretched
 */
export function fingerprintOf(pixels: Uint8Array): Fingerprint {
  // Rows first: one sum of each row for each horizontal frequency.
  const rows = COSINES.map((cosine) =>
    Float64Array.from({ length: SIDE }, (_, row) => {
      let sum = 0;
      for (let column = 0; column < SIDE; column += 1)
        sum += (pixels[row * SIDE + column] ?? 0) * (cosine[column] ?? 0);
      return sum;
    }),
  );
  const bits = FREQUENCIES.map(([vertical, horizontal]) => {
    const [cosine, sums] = [COSINES[vertical], rows[horizontal]];
    let sum = 0;
    for (let row = 0; row < SIDE; row += 1) sum += (sums?.[row] ?? 0) * (cosine?.[row] ?? 0);
    return sum > 0;
  });
  const brightness = halved(pixels);
  const middle = mean(brightness);
  const variance = mean(Array.from(brightness, (value) => (value - middle) ** 2));
  return { hash: packed(bits), brightness, flat: Math.sqrt(variance) < FLATTEST };
}

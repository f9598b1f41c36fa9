import { setImmediate } from 'node:timers/promises';
import type { AlikePair } from '../dataset/health/measures.ts';
import { KEPT_SIDE, TURNS, type Fingerprint } from './fingerprint.ts';

/** Of 64 bits, so many may differ between an image and its copy. */
const FARTHEST = 11;
/** The correlation of brightness from which two images show the same. */
const LEAST_SIMILARITY = 0.95;
/** Four parts of 16 bits: where at most eleven bits differ, one part differs in at most two. */
const PARTS = 4;
const PART_BITS = 16;
const PAUSE_EVERY = 256;
/** Of images that all show the same, further ones are held against so many: a pair of each two would be too many. */
const MOST_COMPARED = 32;

/** Every number of 16 bits that has at most two bits set. */
const FEW_BITS: readonly number[] = (() => {
  const single = Array.from({ length: PART_BITS }, (_, bit) => 1 << bit);
  const double = single.flatMap((first, index) => single.slice(index + 1).map((second) => first | second));
  return [0, ...single, ...double];
})();

function countBits(word: number): number {
  let value = word - ((word >>> 1) & 0x55555555);
  value = (value & 0x33333333) + ((value >>> 2) & 0x33333333);
  return Math.imul((value + (value >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** Pearson's correlation of what two images show, the second turned back. */
function similarity(first: Uint8Array, second: Uint8Array, turn: { mirrored: boolean; upsideDown: boolean }): number {
  let [sum, otherSum, squares, otherSquares, products] = [0, 0, 0, 0, 0];
  const count = KEPT_SIDE * KEPT_SIDE;
  for (let index = 0; index < count; index += 1) {
    const [row, column] = [Math.floor(index / KEPT_SIDE), index % KEPT_SIDE];
    const otherRow = turn.upsideDown ? KEPT_SIDE - 1 - row : row;
    const otherColumn = turn.mirrored ? KEPT_SIDE - 1 - column : column;
    const value = first[index] ?? 0;
    const other = second[otherRow * KEPT_SIDE + otherColumn] ?? 0;
    sum += value;
    otherSum += other;
    squares += value * value;
    otherSquares += other * other;
    products += value * other;
  }
  const variances = (squares - sum ** 2 / count) * (otherSquares - otherSum ** 2 / count);
  return (products - (sum * otherSum) / count) / Math.sqrt(variances);
}

/** Which images show the same as which, directly or through others. */
class Groups {
  readonly #parents: Int32Array;
  readonly #sizes: Int32Array;

  constructor(size: number) {
    this.#parents = Int32Array.from({ length: size }, (_, place) => place);
    this.#sizes = new Int32Array(size).fill(1);
  }

  #rootOf(place: number): number {
    let root = place;
    for (let parent = this.#parents[root] ?? root; parent !== root; parent = this.#parents[root] ?? root) root = parent;
    this.#parents[place] = root;
    return root;
  }

  join(first: number, second: number): void {
    const [root, other] = [this.#rootOf(first), this.#rootOf(second)];
    if (root === other) return;
    this.#sizes[root] = this.sizeOf(root) + this.sizeOf(other);
    this.#parents[other] = root;
  }

  sizeOf(place: number): number {
    return this.#sizes[this.#rootOf(place)] ?? 1;
  }
}

const NONE = -1;

/** Hashes by each of their parts; found again where a part differs in at most two bits. */
class HashIndex {
  readonly #low: Uint32Array;
  readonly #high: Uint32Array;
  /** By part, then by its 16 bits: who came last; and by part, then by place: who came before. */
  readonly #last = Array.from({ length: PARTS }, () => new Int32Array(1 << PART_BITS).fill(NONE));
  readonly #before: readonly Int32Array[];
  /** Who asked for a place last, so that one that is found by several parts is looked at once. */
  readonly #askedBy: Int32Array;
  #questions = 0;

  constructor(size: number) {
    this.#low = new Uint32Array(size);
    this.#high = new Uint32Array(size);
    this.#before = Array.from({ length: PARTS }, () => new Int32Array(size));
    this.#askedBy = new Int32Array(size);
  }

  add([low, high]: readonly [number, number], place: number): void {
    this.#low[place] = low;
    this.#high[place] = high;
    for (let part = 0; part < PARTS; part += 1) {
      const [last, before] = [this.#last[part], this.#before[part]];
      const key = partOf(low, high, part);
      if (!last || !before) continue;
      before[place] = last[key] ?? NONE;
      last[key] = place;
    }
  }

  /** Every place whose hash differs in at most `FARTHEST` bits. */
  near(low: number, high: number): number[] {
    const found: number[] = [];
    const question = (this.#questions += 1);
    for (let part = 0; part < PARTS; part += 1) {
      const [last, before] = [this.#last[part], this.#before[part]];
      const key = partOf(low, high, part);
      if (!last || !before) continue;
      for (const bits of FEW_BITS) {
        for (let place = last[key ^ bits] ?? NONE; place !== NONE; place = before[place] ?? NONE) {
          if (this.#askedBy[place] === question) continue;
          this.#askedBy[place] = question;
          const distance = countBits(low ^ (this.#low[place] ?? 0)) + countBits(high ^ (this.#high[place] ?? 0));
          if (distance <= FARTHEST) found.push(place);
        }
      }
    }
    return found;
  }
}

function partOf(low: number, high: number, part: number): number {
  return ((part < 2 ? low : high) >>> (PART_BITS * (part % 2))) & 0xffff;
}

/**
 * Finds pairs of images that show the same: resized, compressed again, mirrored or upside down. Images that show next to
 * nothing have no pairs, and of many that show the same not every two are a pair, but each is one of some pair. Time grows with the number of images and of pairs, not with the number of possible pairs: hashes
 * are found by their parts (Norouzi, Punjani and Fleet, "Fast Exact Search in Hamming Space with Multi-Index Hashing", 2014).
 *
 * @param fingerprints null for an image that has none
 * @param options.onProgress images searched so far
 * @returns sorted by first, then by second
 * @throws the signal's reason
 */
export async function nearDuplicates(
  fingerprints: readonly (Fingerprint | null)[],
  options: { readonly signal?: AbortSignal; readonly onProgress?: (done: number) => void } = {},
): Promise<readonly AlikePair[]> {
  const index = new HashIndex(fingerprints.length);
  const groups = new Groups(fingerprints.length);
  const found: AlikePair[] = [];
  for (const [second, fingerprint] of fingerprints.entries()) {
    if (second % PAUSE_EVERY === 0) {
      await setImmediate();
      options.signal?.throwIfAborted();
      options.onProgress?.(second);
    }
    if (!fingerprint || fingerprint.flat) continue;
    const best = new Map<number, AlikePair>();
    const { hash, brightness } = fingerprint;
    for (const { mirrored, upsideDown, bits } of TURNS) {
      for (const first of index.near((hash[0] ^ bits[0]) >>> 0, (hash[1] ^ bits[1]) >>> 0)) {
        const other = fingerprints[first];
        if (!other) continue;
        const alike = similarity(other.brightness, brightness, { mirrored, upsideDown });
        if (alike < LEAST_SIMILARITY || alike <= (best.get(first)?.similarity ?? 0)) continue;
        best.set(first, { first, second, mirrored, upsideDown, similarity: Math.min(1, alike) });
      }
    }
    for (const pair of best.values()) {
      groups.join(pair.first, second);
      found.push(pair);
    }
    if (groups.sizeOf(second) <= MOST_COMPARED) index.add(hash, second);
  }
  options.onProgress?.(fingerprints.length);
  return found.sort((left, right) => left.first - right.first || left.second - right.second);
}

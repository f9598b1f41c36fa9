/** A stream of pseudo-random numbers that depends on its seed alone. */
export interface Random {
  /** Uniform in [0, 1). */
  readonly next: () => number;
  /** Uniform in [low, high). */
  readonly between: (low: number, high: number) => number;
  /** Uniform among the integers low to high, both included. */
  readonly integer: (low: number, high: number) => number;
  readonly chance: (probability: number) => boolean;
  readonly pick: <T>(items: readonly T[]) => T;
  /** Bell-shaped around 0 with a standard deviation of 1, within [-3, 3]. */
  readonly bell: () => number;
}

/** FNV-1a over UTF-16 code units, started at `basis`. */
function hash(text: string, basis: number): number {
  let value = basis >>> 0;
  for (let index = 0; index < text.length; index++) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193) >>> 0;
  }
  return value;
}

/**
 * The generator sfc32 of Chris Doty-Humphrey's PractRand: 32-bit integer operations only, so that every machine draws the
 * same pictures.
 *
 * @param seed any text; texts that differ give unrelated streams
 */
export function createRandom(seed: string): Random {
  let a = hash(seed, 0x811c9dc5);
  let b = hash(seed, 0x9e3779b9);
  let c = hash(seed, 0x85ebca6b);
  let counter = 1;
  const next = (): number => {
    const mixed = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + mixed) | 0;
    return (mixed >>> 0) / 4294967296;
  };
  // The first outputs still resemble the seed.
  for (let round = 0; round < 16; round++) next();
  const between = (low: number, high: number): number => low + (high - low) * next();
  const integer = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1));
  return {
    next,
    between,
    integer,
    chance: (probability) => next() < probability,
    pick: (items) => {
      const item = items[Math.floor(next() * items.length)];
      if (item === undefined) throw new RangeError('A pick needs at least one item; received none.');
      return item;
    },
    bell: () => {
      let sum = 0;
      for (let term = 0; term < 3; term++) sum += next() * 2 - 1;
      return sum;
    },
  };
}

/** Pseudo-random whole numbers below a bound, the same for the same seed (mulberry32). */
export function randomNumbers(seed: number): (bound: number) => number {
  let state = seed | 0;
  return (bound) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (Math.imul(mixed ^ (mixed >>> 7), mixed | 61) + mixed) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % Math.max(1, bound);
  };
}

/** What sizes, counts and offsets are made of when they lie. */
const LIES = ['00', 'ff', '7f', '80', 'ffffffff', 'ffffff7f', '00000080', 'ffffffffffffff7f', '0000000000000010'].map(
  (hex) => Buffer.from(hex, 'hex'),
);

/** A file's bytes, damaged in one way: cut, bits flipped, sizes replaced, a part doubled or left out. */
export function damaged(bytes: Uint8Array, random: (bound: number) => number): Buffer {
  const copy = Buffer.from(bytes);
  const at = random(copy.length);
  switch (random(6)) {
    case 0:
      return copy.subarray(0, at);
    case 1:
      return Buffer.concat([copy.subarray(0, at), copy.subarray(at + 1 + random(16))]);
    case 2:
      return Buffer.concat([copy.subarray(0, at), copy.subarray(Math.max(0, at - random(64)))]);
    case 3: {
      (LIES[random(LIES.length)] ?? Buffer.alloc(1)).copy(copy, at);
      return copy;
    }
    default:
      for (let flips = 1 + random(4); flips > 0; flips -= 1) {
        const place = random(copy.length);
        copy[place] = (copy[place] ?? 0) ^ (1 << random(8));
      }
      return copy;
  }
}

/**
 * A small generator of 32 random bits at a time (mulberry32), started from any numbers; the same numbers give the same
 * sequence on every machine.
 */
export function randomGenerator(...seeds: readonly number[]): () => number {
  // FNV-1a over the seeds' bytes, so that neighbouring seeds start far apart.
  let state = 0x811c9dc5;
  for (const seed of seeds) {
    for (let shift = 0; shift < 32; shift += 8) state = Math.imul(state ^ ((seed >>> shift) & 0xff), 0x01000193);
  }
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}

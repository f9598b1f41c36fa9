const GIGABYTE = 1e9;
const USUAL = [2, 4, 8, 16, 32, 64, 128, 256].map((size) => size * GIGABYTE);

/** The limits that can be chosen, in bytes, rising; the one that holds is among them, whoever set it. */
export function cacheLimits(current: number): readonly number[] {
  return [...new Set([...USUAL, current])].sort((left, right) => left - right);
}

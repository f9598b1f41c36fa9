/**
 * Counts as they are drawn: a white background or a black frame fills the first or last level so far that nothing else would
 * be seen, so these two are drawn no higher than the highest between them.
 */
export function withoutEnds(counts: Uint32Array): Uint32Array {
  const highest = counts.subarray(1, -1).reduce((most, amount) => Math.max(most, amount), 0);
  if (highest === 0) return counts;
  return counts.map((amount) => Math.min(amount, highest));
}

/** The share of all counted that has a level. */
export function shareAt(counts: Uint32Array, level: number): number {
  const total = counts.reduce((sum, amount) => sum + amount, 0);
  return total === 0 ? 0 : (counts[level] ?? 0) / total;
}

const FIRST = 24;
const LARGEST = 384;

/**
 * How many images to ask for next. Each request starts a predictor, so that more at once is faster; the first is small,
 * so that something is seen soon.
 *
 * @param before the size of the request before; 0 for the first
 */
export function nextBatch(before: number): number {
  return before === 0 ? FIRST : Math.min(LARGEST, before * 4);
}

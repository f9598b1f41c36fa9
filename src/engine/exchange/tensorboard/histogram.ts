import type { HistogramMessage } from './messages.ts';

/** More than TensorBoard draws of one. */
const BUCKETS = 64;

/** How values are distributed, in buckets of one width from the least to the greatest; what is no number does not count. */
export function histogramOf(values: Float32Array): HistogramMessage {
  let [min, max, num, sum, sumSquares] = [Infinity, -Infinity, 0, 0, 0];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    min = Math.min(min, value);
    max = Math.max(max, value);
    num += 1;
    sum += value;
    sumSquares += value * value;
  }
  if (num === 0) return { min: 0, max: 0, num, sum, sumSquares, bucketLimit: [], bucket: [] };
  if (min === max) return { min, max, num, sum, sumSquares, bucketLimit: [max], bucket: [num] };
  const width = (max - min) / BUCKETS;
  const bucket = new Array<number>(BUCKETS).fill(0);
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    const place = Math.min(BUCKETS - 1, Math.floor((value - min) / width));
    bucket[place] = (bucket[place] ?? 0) + 1;
  }
  const bucketLimit = bucket.map((_, index) => (index === BUCKETS - 1 ? max : min + width * (index + 1)));
  return { min, max, num, sum, sumSquares, bucketLimit, bucket };
}

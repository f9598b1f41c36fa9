import type { TensorInspection } from '../../shared/contract/inspection.ts';

const BINS = 64;
const FIRST_VALUES = 64;

/**
 * Statistics of a tensor's finite values, accumulated in double precision; `first` shows all kinds.
 *
 * @param values row-major
 */
export function describeValues(values: Float32Array): NonNullable<TensorInspection['values']> {
  let count = 0;
  let sum = 0;
  let minimum = Infinity;
  let maximum = -Infinity;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    count += 1;
    sum += value;
    if (value < minimum) minimum = value;
    if (value > maximum) maximum = value;
  }
  const histogram = new Uint32Array(BINS);
  const first = values.slice(0, FIRST_VALUES);
  if (count === 0) return { mean: 0, standardDeviation: 0, minimum: 0, maximum: 0, histogram, first };
  const mean = sum / count;
  const scale = maximum > minimum ? BINS / (maximum - minimum) : 0;
  let squares = 0;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    squares += (value - mean) ** 2;
    // The maximum itself belongs to the last bin.
    const bin = Math.min(BINS - 1, Math.floor((value - minimum) * scale));
    histogram[bin] = (histogram[bin] ?? 0) + 1;
  }
  return { mean, standardDeviation: Math.sqrt(squares / count), minimum, maximum, histogram, first };
}

/** How many values are no finite numbers. */
export function countNotFinite(values: Float32Array): number {
  let count = 0;
  for (const value of values) if (!Number.isFinite(value)) count += 1;
  return count;
}

/**
 * ‖after − before‖ / ‖before‖, Euclidean norms over the whole tensor; null where nothing was there to drift from (all
 * zeros), or values are not finite.
 */
export function driftOf(before: Float32Array, after: Float32Array): number | null {
  let difference = 0;
  let norm = 0;
  for (let index = 0; index < before.length; index += 1) {
    const value = before[index] ?? 0;
    difference += ((after[index] ?? NaN) - value) ** 2;
    norm += value ** 2;
  }
  if (!Number.isFinite(difference) || !Number.isFinite(norm)) return null;
  if (norm === 0) return difference === 0 ? 0 : null;
  return Math.sqrt(difference / norm);
}

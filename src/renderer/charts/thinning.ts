import type { Curve } from './curve.ts';

/**
 * Thins a curve to at most `maxPoints`, keeping its shape: of each run of neighbouring points the lowest and the highest
 * stay, so no spike is lost, and the first and the last of all.
 */
export function thin(curve: Curve, maxPoints: number): Curve {
  const { length } = curve.x;
  if (length <= maxPoints) return curve;
  if (maxPoints < 4) throw new RangeError(`A curve is thinned to 4 points or more, not to ${maxPoints}.`);
  const kept: number[] = [0];
  const buckets = Math.floor((maxPoints - 2) / 2);
  const inner = length - 2;
  for (let bucket = 0; bucket < buckets; bucket++) {
    const start = 1 + Math.floor((bucket * inner) / buckets);
    const end = 1 + Math.floor(((bucket + 1) * inner) / buckets);
    const extremes = lowestAndHighest(curve.y, start, end);
    if (extremes) kept.push(...extremes);
  }
  kept.push(length - 1);
  const pick = (values: readonly number[]): number[] => kept.map((index) => values[index] ?? NaN);
  return { x: pick(curve.x), y: pick(curve.y) };
}

/** Their indices in rising order, one where they are the same. Gaps count only where there is nothing else. */
function lowestAndHighest(values: readonly number[], start: number, end: number): number[] | null {
  let lowest = -1;
  let highest = -1;
  for (let index = start; index < end; index++) {
    const value = values[index] ?? NaN;
    if (!Number.isFinite(value)) continue;
    if (lowest === -1 || value < (values[lowest] ?? NaN)) lowest = index;
    if (highest === -1 || value > (values[highest] ?? NaN)) highest = index;
  }
  if (lowest === -1) return start < end ? [start] : null;
  if (lowest === highest) return [lowest];
  return lowest < highest ? [lowest, highest] : [highest, lowest];
}

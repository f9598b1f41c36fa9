/** A curve as it is drawn: `x` rises; a `y` that is no number is a gap. */
export interface Curve {
  readonly x: readonly number[];
  readonly y: readonly number[];
}

export const EMPTY_CURVE: Curve = { x: [], y: [] };

/** The index of the point whose `x` is nearest; -1 where there is none. */
export function nearestIndex(x: readonly number[], wanted: number): number {
  const after = firstAtOrAfter(x, wanted);
  if (after === x.length) return x.length - 1;
  const here = x[after] ?? NaN;
  const before = x[after - 1];
  return before !== undefined && wanted - before <= here - wanted ? after - 1 : after;
}

/** The index of the first point with `x` at least `wanted`; the length where all lie before it. */
export function firstAtOrAfter(x: readonly number[], wanted: number): number {
  let low = 0;
  let high = x.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((x[middle] ?? NaN) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Puts a closer look into a curve: between `from` and `to` the points of `detail` stand in place of the curve's own.
 * What the curve has beyond the last point of `detail` stays, for it may have come since.
 */
export function withDetail(curve: Curve, detail: Curve & { readonly from: number; readonly to: number }): Curve {
  const start = firstAtOrAfter(curve.x, detail.from);
  const last = detail.x.at(-1);
  let end = firstAtOrAfter(curve.x, last ?? detail.from);
  while (last !== undefined && end < curve.x.length && curve.x[end] === last) end += 1;
  return {
    x: [...curve.x.slice(0, start), ...detail.x, ...curve.x.slice(Math.max(end, start))],
    y: [...curve.y.slice(0, start), ...detail.y, ...curve.y.slice(Math.max(end, start))],
  };
}

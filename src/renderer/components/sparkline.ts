/** A curve's points, `y` alike many; those that are no number leave a gap. */
interface Points {
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
}

/** The finite values' range; null where there are none. */
export function rangeOf(values: ArrayLike<number>): { readonly least: number; readonly most: number } | null {
  let [least, most] = [Infinity, -Infinity];
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] ?? NaN;
    if (!Number.isFinite(value)) continue;
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  return least <= most ? { least, most } : null;
}

/** An SVG path through the points, from 0 at the bottom to the greatest value at the top. */
export function sparklinePath({ x, y }: Points, width: number, height: number): string {
  const range = rangeOf(y);
  if (!range || x.length === 0) return '';
  const [first, last] = [x[0] ?? 0, x[x.length - 1] ?? 0];
  const across = last > first ? width / (last - first) : 0;
  const up = range.most > 0 ? height / range.most : 0;
  let path = '';
  let isDrawing = false;
  for (let index = 0; index < x.length; index += 1) {
    const value = y[index] ?? NaN;
    if (!Number.isFinite(value)) {
      isDrawing = false;
      continue;
    }
    const point = `${(((x[index] ?? 0) - first) * across).toFixed(1)} ${(height - value * up).toFixed(1)}`;
    path += `${isDrawing ? 'L' : 'M'}${point}`;
    isDrawing = true;
  }
  return path;
}

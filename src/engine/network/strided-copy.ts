/** Side of the square that is transposed at once: two of them fit in a processor's first cache. */
const TILE = 32;

interface Axis {
  readonly size: number;
  readonly from: number;
  readonly to: number;
}

/** Steps from one index to the next along each axis of an array that lies row by row. */
export function rowMajorStrides(shape: readonly number[]): number[] {
  const strides: number[] = [];
  let stride = 1;
  for (const size of [...shape].reverse()) {
    strides.unshift(stride);
    stride *= size;
  }
  return strides;
}

function copyPlane(
  values: Float32Array,
  target: Float32Array,
  rows: Axis,
  columns: Axis,
  start: { readonly from: number; readonly to: number },
): void {
  for (let top = 0; top < rows.size; top += TILE) {
    const bottom = Math.min(top + TILE, rows.size);
    for (let left = 0; left < columns.size; left += TILE) {
      const right = Math.min(left + TILE, columns.size);
      for (let row = top; row < bottom; row += 1) {
        let from = start.from + row * rows.from + left * columns.from;
        let to = start.to + row * rows.to + left * columns.to;
        for (let column = left; column < right; column += 1) {
          target[to] = values[from] ?? 0;
          from += columns.from;
          to += columns.to;
        }
      }
    }
  }
}

/**
 * Copies numbers that lie by one set of strides to where they lie row by row.
 *
 * @param strides numbers from one index to the next along each axis of `shape`, in `values`
 * @param offset of the first number in `values`
 */
export function stridedCopy(
  values: Float32Array,
  shape: readonly number[],
  strides: readonly number[],
  offset = 0,
): Float32Array {
  const target = new Float32Array(shape.reduce((product, size) => product * size, 1));
  if (target.length === 0) return target;
  const targetStrides = rowMajorStrides(shape);
  const axes = shape
    .map((size, axis): Axis => ({ size, from: strides[axis] ?? 0, to: targetStrides[axis] ?? 0 }))
    .filter(({ size }) => size > 1);
  // The plane of the two axes along which source and target are dense; the others are gone through one by one.
  const one: Axis = { size: 1, from: 0, to: 0 };
  const columns = axes.pop() ?? one;
  const densest = axes.reduce((best, axis, index) => (axis.from < (axes[best]?.from ?? 0) ? index : best), 0);
  const [rows = one] = axes.splice(densest, 1);
  const place = axes.map(() => 0);
  const start = { from: offset, to: 0 };
  for (;;) {
    copyPlane(values, target, rows, columns, start);
    let axis = axes.length - 1;
    for (; axis >= 0; axis -= 1) {
      const { size, from, to } = axes[axis] ?? one;
      const next = (place[axis] ?? 0) + 1;
      place[axis] = next < size ? next : 0;
      start.from += next < size ? from : -from * (size - 1);
      start.to += next < size ? to : -to * (size - 1);
      if (next < size) break;
    }
    if (axis < 0) return target;
  }
}

import { elementCount } from './shape.ts';

/** A tensor as a framework keeps it: under a name of its own, and in a layout of its own. */
export interface StoredTensor {
  /** The name in the framework's files. */
  readonly name: string;
  /** In the framework's layout. */
  readonly shape: readonly number[];
  /** Its values as an array whose dimensions are ours in another order; `shape` itself, but for depthwise kernels. */
  readonly view: readonly number[];
  /** For each of our dimensions, which one of `view` it is. */
  readonly order: readonly number[];
}

/** Whether the values lie in the framework's file in the very order in which they lie here. */
export function isInOurLayout({ order }: StoredTensor): boolean {
  return order.every((axis, index) => axis === index);
}

/**
 * The values of a tensor in our layout, row-major.
 *
 * @param values in the framework's layout, row-major
 * @throws TypeError when there are more or fewer values than the tensor has
 */
export function inOurLayout(values: Float32Array, stored: StoredTensor): Float32Array {
  const { view, order } = stored;
  if (values.length !== elementCount(view)) {
    throw new TypeError(`'${stored.name}' holds ${elementCount(view)} values; received ${values.length}.`);
  }
  if (isInOurLayout(stored)) return values;
  const distances = view.map((_, axis) => elementCount(view.slice(axis + 1)));
  const sizes = order.map((axis) => view[axis] ?? 0);
  const steps = order.map((axis) => distances[axis] ?? 0);
  const result = new Float32Array(values.length);
  const [rowSize, rowStep] = [sizes.at(-1) ?? 1, steps.at(-1) ?? 1];
  const index = sizes.map(() => 0);
  let from = 0;
  for (let row = 0; row < result.length; row += rowSize) {
    for (let place = 0; place < rowSize; place += 1) result[row + place] = values[from + place * rowStep] ?? 0;
    // The index of the next row, counted up from the last dimension but one.
    for (let axis = sizes.length - 2; axis >= 0; axis -= 1) {
      const [size, step, at] = [sizes[axis] ?? 1, steps[axis] ?? 0, (index[axis] ?? 0) + 1];
      from += step;
      index[axis] = at % size;
      if (at < size) break;
      from -= size * step;
    }
  }
  return result;
}

import { elementCount } from './shape.ts';
import { rowMajorStrides, stridedCopy } from './strided-copy.ts';

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
 * The values of a tensor as its framework keeps them, row-major.
 *
 * @param values in our layout
 * @param shape in our layout
 */
export function inStoredLayout(values: Float32Array, shape: readonly number[], stored: StoredTensor): Float32Array {
  if (isInOurLayout(stored)) return values;
  const ours = rowMajorStrides(shape);
  const strides = stored.view.map((_, axis) => ours[stored.order.indexOf(axis)] ?? 0);
  return stridedCopy(values, stored.view, strides);
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
  const strides = rowMajorStrides(view);
  return stridedCopy(
    values,
    order.map((axis) => view[axis] ?? 0),
    order.map((axis) => strides[axis] ?? 0),
  );
}

import type { Graph, Tensor } from '../graph.ts';
import { expectShape } from './expect-shape.ts';
import { reshape } from './reshape.ts';
import { sum } from './sum.ts';

/**
 * The shape of an element-wise op of two tensors, as in numpy: aligned at their last dimensions, a size of 1 or a missing
 * one repeats.
 *
 * @throws ThawError `graph.invalid` when types or sizes do not fit
 */
export function broadcastShape(name: string, a: Tensor, b: Tensor): readonly number[] {
  const rank = Math.max(a.shape.length, b.shape.length);
  const padded = ({ shape }: Tensor): readonly number[] => [...Array<number>(rank - shape.length).fill(1), ...shape];
  const other = padded(b);
  const sizes = padded(a).map((size, axis) => {
    const beside = other[axis] ?? 1;
    if (size === beside || beside === 1) return size;
    return size === 1 ? beside : null;
  });
  const shape = sizes.flatMap((size) => size ?? []);
  expectShape(
    name,
    a.dtype === b.dtype && shape.length === rank,
    'two tensors of one shape, or of sizes that repeat',
    a,
    b,
  );
  return shape;
}

/** A gradient of the broadcast shape, summed up to that of the tensor which was repeated. */
export function sumTo(graph: Graph, name: string, gradient: Tensor, { shape }: Tensor): Tensor {
  const missing = gradient.shape.length - shape.length;
  const axes = gradient.shape.flatMap((size, axis) => {
    const own = shape[axis - missing];
    return own === undefined || (own === 1 && size !== 1) ? [axis] : [];
  });
  if (axes.length === 0) return gradient;
  const summed = sum(graph, `${name}/sum`, gradient, axes);
  return axes.length === missing ? summed : reshape(graph, name, summed, shape);
}

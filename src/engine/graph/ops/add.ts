import { type } from '../attribute.ts';
import type { Graph, Tensor } from '../graph.ts';
import { expectShape } from './expect-shape.ts';

/**
 * The sum of two tensors of one shape.
 *
 * @throws ThawError `graph.invalid` when the shapes differ
 */
export function add(graph: Graph, name: string, a: Tensor, b: Tensor): Tensor {
  expectShape(name, a.dtype === b.dtype && a.shape.join() === b.shape.join(), 'two tensors of one shape', a, b);
  return graph.single({
    op: 'AddV2',
    name,
    inputs: [a, b],
    attributes: { T: type(a.dtype) },
    outputs: [a],
    backward: ([gradient = null]) => [gradient, gradient],
  });
}

import type { Graph, Tensor } from '../graph.ts';
import { add } from './add.ts';
import { scale } from './scale.ts';

/**
 * The difference of two tensors, element by element; sizes of 1 repeat.
 *
 * @throws ThawError `graph.invalid` when the shapes do not fit
 */
export function subtract(graph: Graph, name: string, a: Tensor, b: Tensor): Tensor {
  return add(graph, name, a, scale(graph, `${name}/negative`, b, -1));
}

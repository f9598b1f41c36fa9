import type { Graph, Tensor } from '../graph.ts';
import { reduce } from './reduce.ts';

/** The sum over these axes; over all without any. */
export function sum(graph: Graph, name: string, input: Tensor, axes?: readonly number[]): Tensor {
  return reduce(graph, 'Sum', name, input, axes);
}

import type { Graph, Tensor } from '../graph.ts';
import { reduce } from './reduce.ts';

/** The mean over these axes; over all without any. */
export function mean(graph: Graph, name: string, input: Tensor, axes?: readonly number[]): Tensor {
  return reduce(graph, 'Mean', name, input, axes);
}

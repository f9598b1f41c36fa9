import type { Graph, Tensor } from '../graph.ts';
import { elementwise } from './elementwise.ts';

/** min(max(0, x), 6), element by element. */
export function relu6(graph: Graph, name: string, input: Tensor): Tensor {
  return elementwise(graph, name, input, { forward: 'Relu6', backward: 'Relu6Grad' });
}

import type { Graph, Tensor } from '../graph.ts';
import { elementwise } from './elementwise.ts';

/** max(0, x), element by element. */
export function relu(graph: Graph, name: string, input: Tensor): Tensor {
  return elementwise(graph, name, input, { forward: 'Relu', backward: 'ReluGrad' });
}

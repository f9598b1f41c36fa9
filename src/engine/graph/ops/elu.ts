import type { Graph, Tensor } from '../graph.ts';
import { elementwise } from './elementwise.ts';

/** x above 0 and exp(x) - 1 below, element by element (Clevert et al., arXiv:1511.07289, with alpha = 1). */
export function elu(graph: Graph, name: string, input: Tensor): Tensor {
  return elementwise(graph, name, input, { forward: 'Elu', backward: 'EluGrad' });
}

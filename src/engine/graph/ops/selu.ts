import type { Graph, Tensor } from '../graph.ts';
import { elementwise } from './elementwise.ts';

/**
 * 1.0507 x above 0 and 1.0507 * 1.6733 (exp(x) - 1) below, element by element: it keeps mean 0 and variance 1 from layer to
 * layer (Klambauer et al., arXiv:1706.02515).
 */
export function selu(graph: Graph, name: string, input: Tensor): Tensor {
  return elementwise(graph, name, input, { forward: 'Selu', backward: 'SeluGrad' });
}

import type { Graph, Tensor } from '../graph.ts';
import { elementwise } from './elementwise.ts';

/** (exp(x) - exp(-x)) / (exp(x) + exp(-x)), element by element. */
export function tanh(graph: Graph, name: string, input: Tensor): Tensor {
  return elementwise(graph, name, input, { forward: 'Tanh', backward: 'TanhGrad', order: 'outputFirst' });
}

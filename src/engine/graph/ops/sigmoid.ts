import type { Graph, Tensor } from '../graph.ts';
import { elementwise } from './elementwise.ts';

/** 1 / (1 + exp(-x)), element by element. */
export function sigmoid(graph: Graph, name: string, logits: Tensor): Tensor {
  return elementwise(graph, name, logits, { forward: 'Sigmoid', backward: 'SigmoidGrad', order: 'outputFirst' });
}

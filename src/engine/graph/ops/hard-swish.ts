import type { Graph, Tensor } from '../graph.ts';
import { hardSigmoid } from './hard-sigmoid.ts';
import { multiply } from './multiply.ts';

/** x hardSigmoid(x), element by element (Howard et al., arXiv:1905.02244). */
export function hardSwish(graph: Graph, name: string, input: Tensor): Tensor {
  return multiply(graph, name, input, hardSigmoid(graph, `${name}/hard_sigmoid`, input));
}

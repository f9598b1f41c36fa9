import type { Graph, Tensor } from '../graph.ts';
import { multiply } from './multiply.ts';
import { sigmoid } from './sigmoid.ts';

/** x sigmoid(x), element by element; also called SiLU (Ramachandran et al., arXiv:1710.05941). */
export function swish(graph: Graph, name: string, input: Tensor): Tensor {
  return multiply(graph, name, input, sigmoid(graph, `${name}/sigmoid`, input));
}

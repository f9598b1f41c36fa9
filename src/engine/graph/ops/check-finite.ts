import { text, type } from '../attribute.ts';
import type { Graph, Tensor } from '../graph.ts';

/**
 * Its input; where a value of it is not finite the run fails instead, before anything that is computed from the output.
 * Computed from the loss, that is the whole way back: the weights then stay those that led there.
 */
export function checkFinite(graph: Graph, name: string, input: Tensor, what: string): Tensor {
  return graph.single({
    op: 'CheckNumerics',
    name,
    inputs: [input],
    attributes: { T: type(input.dtype), message: text(what) },
    outputs: [input],
    backward: (gradients) => gradients,
  });
}

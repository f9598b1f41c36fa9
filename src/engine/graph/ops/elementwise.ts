import { type } from '../attribute.ts';
import type { Graph, Tensor } from '../graph.ts';

/**
 * A function of each element alone whose gradient op takes the gradient and the output, so that the input need not be kept.
 *
 * @param ops the names of the op and of its gradient
 */
export function elementwise(
  graph: Graph,
  name: string,
  input: Tensor,
  ops: { readonly forward: string; readonly backward: string },
): Tensor {
  const attributes = { T: type(input.dtype) };
  const output: Tensor = graph.single({
    op: ops.forward,
    name,
    inputs: [input],
    attributes,
    outputs: [input],
    backward: ([gradient]) => {
      if (!gradient) return [null];
      return graph.node({
        op: ops.backward,
        name: `gradients/${name}`,
        inputs: [gradient, output],
        attributes,
        outputs: [input],
      });
    },
  });
  return output;
}

import { type } from '../attribute.ts';
import type { Graph, Tensor } from '../graph.ts';

/** min(max(0, x), 6), element by element. */
export function relu6(graph: Graph, name: string, input: Tensor): Tensor {
  const attributes = { T: type(input.dtype) };
  const output: Tensor = graph.single({
    op: 'Relu6',
    name,
    inputs: [input],
    attributes,
    outputs: [input],
    backward: ([gradient]) => {
      if (!gradient) return [null];
      return graph.node({
        op: 'Relu6Grad',
        name: `gradients/${name}`,
        // The op asks for the features before or after; after, the ones before need not be kept.
        inputs: [gradient, output],
        attributes,
        outputs: [input],
      });
    },
  });
  return output;
}

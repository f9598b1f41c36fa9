import { type } from '../attribute.ts';
import type { Graph, Tensor } from '../graph.ts';

/** max(0, x), element by element. */
export function relu(graph: Graph, name: string, input: Tensor): Tensor {
  const attributes = { T: type(input.dtype) };
  const output: Tensor = graph.single({
    op: 'Relu',
    name,
    inputs: [input],
    attributes,
    outputs: [input],
    backward: ([gradient]) => {
      if (!gradient) return [null];
      return graph.node({
        op: 'ReluGrad',
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

import { type } from '../attribute.ts';
import type { Graph, Tensor } from '../graph.ts';

/** 1 / (1 + exp(-x)), element by element. */
export function sigmoid(graph: Graph, name: string, logits: Tensor): Tensor {
  const attributes = { T: type(logits.dtype) };
  const output: Tensor = graph.single({
    op: 'Sigmoid',
    name,
    inputs: [logits],
    attributes,
    outputs: [logits],
    backward: ([gradient]) => {
      if (!gradient) return [null];
      return graph.node({
        op: 'SigmoidGrad',
        name: `gradients/${name}`,
        inputs: [output, gradient],
        attributes,
        outputs: [logits],
      });
    },
  });
  return output;
}

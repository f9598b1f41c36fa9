import { text, type } from '../attribute.ts';
import type { Graph, Tensor } from '../graph.ts';
import { expectShape } from './expect-shape.ts';

/**
 * Adds a bias to the last dimension.
 *
 * @param input [batch, ..., channels]
 * @param bias [channels]
 * @throws ThawError `graph.invalid` when the shapes do not fit
 */
export function biasAdd(graph: Graph, name: string, input: Tensor, bias: Tensor): Tensor {
  expectShape(
    name,
    bias.shape.length === 1 && bias.shape[0] === input.shape.at(-1) && bias.dtype === input.dtype,
    'a bias of [channels] with the type of its input',
    input,
    bias,
  );
  const attributes = { T: type(input.dtype), data_format: text('NHWC') };
  return graph.single({
    op: 'BiasAdd',
    name,
    inputs: [input, bias],
    attributes,
    outputs: [input],
    backward: ([gradient = null], [, biasNeeded]) => {
      if (!gradient || !biasNeeded) return [gradient, null];
      const byBias = graph.single({
        op: 'BiasAddGrad',
        name: `gradients/${name}/bias`,
        inputs: [gradient],
        attributes,
        outputs: [bias],
      });
      return [gradient, byBias];
    },
  });
}

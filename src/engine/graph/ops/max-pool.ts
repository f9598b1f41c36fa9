import type { Graph, Tensor } from '../graph.ts';
import { pooling, type PoolOptions } from './pooling.ts';

/**
 * The largest value of each window, of what lies inside the image alone. Where several are equal, the gradient goes to the
 * first.
 *
 * @param input [batch, height, width, channels]
 * @returns [batch, height', width', channels]
 * @throws ThawError `graph.invalid` when the input is no image, or nothing is left of it
 */
export function maxPool(graph: Graph, name: string, input: Tensor, options: PoolOptions): Tensor {
  const { attributes, output: shaped } = pooling(name, input, options);
  const output: Tensor = graph.single({
    op: 'MaxPool',
    name,
    inputs: [input],
    attributes,
    outputs: [shaped],
    backward: ([gradient]) => {
      if (!gradient) return [null];
      return graph.node({
        op: 'MaxPoolGrad',
        name: `gradients/${name}`,
        inputs: [input, output, gradient],
        attributes,
        outputs: [input],
      });
    },
  });
  return output;
}

import type { Graph, Tensor } from '../graph.ts';
import { pooling, type PoolOptions } from './pooling.ts';
import { shapeOf } from './shape-of.ts';

/**
 * The mean of each window; what `SAME` puts around the image is left out of the mean.
 *
 * @param input [batch, height, width, channels]
 * @returns [batch, height', width', channels]
 * @throws ThawError `graph.invalid` when the input is no image, or nothing is left of it
 */
export function averagePool(graph: Graph, name: string, input: Tensor, options: PoolOptions): Tensor {
  const { attributes, output } = pooling(name, input, options);
  return graph.single({
    op: 'AvgPool',
    name,
    inputs: [input],
    attributes,
    outputs: [output],
    backward: ([gradient]) => {
      if (!gradient) return [null];
      const scope = `gradients/${name}`;
      return graph.node({
        op: 'AvgPoolGrad',
        name: scope,
        inputs: [shapeOf(graph, `${scope}/shape`, input), gradient],
        attributes,
        outputs: [input],
      });
    },
  });
}

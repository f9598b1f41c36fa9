import { type } from '../attribute.ts';
import type { Graph, Tensor } from '../graph.ts';

/** The sizes of a tensor, int32 [rank], known when the graph runs: the batch is dynamic. */
export function shapeOf(graph: Graph, name: string, input: Tensor): Tensor {
  return graph.single({
    op: 'Shape',
    name,
    inputs: [input],
    attributes: { T: type(input.dtype), out_type: type('int32') },
    outputs: [{ dtype: 'int32', shape: [input.shape.length] }],
  });
}

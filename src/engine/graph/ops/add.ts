import { type } from '../attribute.ts';
import type { Graph, Tensor } from '../graph.ts';
import { broadcastShape, sumTo } from './broadcast.ts';

/**
 * The sum of two tensors, element by element; sizes of 1 repeat.
 *
 * @throws ThawError `graph.invalid` when the shapes do not fit
 */
export function add(graph: Graph, name: string, a: Tensor, b: Tensor): Tensor {
  return graph.single({
    op: 'AddV2',
    name,
    inputs: [a, b],
    attributes: { T: type(a.dtype) },
    outputs: [{ dtype: a.dtype, shape: broadcastShape(name, a, b) }],
    backward: ([gradient], [aNeeded, bNeeded]) => {
      if (!gradient) return [null, null];
      return [
        aNeeded ? sumTo(graph, `gradients/${name}/a`, gradient, a) : null,
        bNeeded ? sumTo(graph, `gradients/${name}/b`, gradient, b) : null,
      ];
    },
  });
}

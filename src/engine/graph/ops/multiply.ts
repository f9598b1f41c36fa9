import { type } from '../attribute.ts';
import type { Graph, Tensor } from '../graph.ts';
import { broadcastShape, sumTo } from './broadcast.ts';

/**
 * The product of two tensors, element by element; sizes of 1 repeat.
 *
 * @throws ThawError `graph.invalid` when the shapes do not fit
 */
export function multiply(graph: Graph, name: string, a: Tensor, b: Tensor): Tensor {
  return graph.single({
    op: 'Mul',
    name,
    inputs: [a, b],
    attributes: { T: type(a.dtype) },
    outputs: [{ dtype: a.dtype, shape: broadcastShape(name, a, b) }],
    backward: ([gradient], [aNeeded, bNeeded]) => {
      if (!gradient) return [null, null];
      const by = (suffix: string, factor: Tensor, target: Tensor): Tensor => {
        const scope = `gradients/${name}/${suffix}`;
        return sumTo(graph, `${scope}/total`, multiply(graph, scope, gradient, factor), target);
      };
      return [aNeeded ? by('a', b, a) : null, bNeeded ? by('b', a, b) : null];
    },
  });
}

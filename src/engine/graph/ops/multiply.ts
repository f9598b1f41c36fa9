import { type } from '../attribute.ts';
import type { Graph, Tensor } from '../graph.ts';
import { expectShape } from './expect-shape.ts';

/**
 * The product of two tensors of one shape, element by element.
 *
 * @throws ThawError `graph.invalid` when the shapes differ
 */
export function multiply(graph: Graph, name: string, a: Tensor, b: Tensor): Tensor {
  expectShape(name, a.dtype === b.dtype && a.shape.join() === b.shape.join(), 'two tensors of one shape', a, b);
  return graph.single({
    op: 'Mul',
    name,
    inputs: [a, b],
    attributes: { T: type(a.dtype) },
    outputs: [a],
    backward: ([gradient], [aNeeded, bNeeded]) => {
      if (!gradient) return [null, null];
      return [
        aNeeded ? multiply(graph, `gradients/${name}/a`, gradient, b) : null,
        bNeeded ? multiply(graph, `gradients/${name}/b`, gradient, a) : null,
      ];
    },
  });
}

import { type } from '../attribute.ts';
import type { Graph, Tensor } from '../graph.ts';
import { cast } from './cast.ts';

/** The input times a number. */
export function scale(graph: Graph, name: string, input: Tensor, factor: number): Tensor {
  const constant = graph.constant(`${name}/factor`, 'float32', [], factor);
  return graph.single({
    op: 'Mul',
    name,
    inputs: [input, cast(graph, `${name}/factor_cast`, constant, input.dtype)],
    attributes: { T: type(input.dtype) },
    outputs: [input],
    backward: ([gradient]) => [gradient ? scale(graph, `gradients/${name}`, gradient, factor) : null, null],
  });
}

import { type } from '../attribute.ts';
import type { Graph, Tensor } from '../graph.ts';
import { cast } from './cast.ts';

/** The input plus a number. */
export function shift(graph: Graph, name: string, input: Tensor, summand: number): Tensor {
  const constant = graph.constant(`${name}/summand`, 'float32', [], summand);
  return graph.single({
    op: 'AddV2',
    name,
    inputs: [input, cast(graph, `${name}/summand_cast`, constant, input.dtype)],
    attributes: { T: type(input.dtype) },
    outputs: [input],
    backward: ([gradient = null]) => [gradient, null],
  });
}

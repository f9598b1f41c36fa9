import { int, type } from '../attribute.ts';
import type { Graph, Tensor } from '../graph.ts';

/** The sum of tensors of one shape. One alone is given back as it is. */
export function sumOf(graph: Graph, name: string, terms: readonly Tensor[]): Tensor {
  const [first] = terms;
  if (!first) throw new TypeError(`'${name}' sums no tensor.`);
  if (terms.length === 1) return first;
  return graph.single({
    op: 'AddN',
    name,
    inputs: terms,
    attributes: { N: int(terms.length), T: type(first.dtype) },
    outputs: [first],
    backward: ([gradient = null]) => terms.map(() => gradient),
  });
}

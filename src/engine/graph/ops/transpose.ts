import { type } from '../attribute.ts';
import type { Graph, Tensor } from '../graph.ts';
import { expectShape } from './expect-shape.ts';

/**
 * Puts dimensions in another order.
 *
 * @param order for each dimension of the output, which one of the input it is
 * @throws ThawError `graph.invalid` when the order does not name each dimension once
 */
export function transpose(graph: Graph, name: string, input: Tensor, order: readonly number[]): Tensor {
  const rank = input.shape.length;
  const named = new Set(order.filter((axis) => Number.isInteger(axis) && axis >= 0 && axis < rank));
  expectShape(
    name,
    order.length === rank && named.size === rank,
    `each of its dimensions once in the order [${order.join(', ')}]`,
    input,
  );
  return graph.single({
    op: 'Transpose',
    name,
    inputs: [input, graph.constant(`${name}/order`, 'int32', [rank], order)],
    attributes: { T: type(input.dtype), Tperm: type('int32') },
    outputs: [{ dtype: input.dtype, shape: order.map((axis) => input.shape[axis] ?? 0) }],
    backward: ([gradient]) => {
      const back = order.map((_, axis) => order.indexOf(axis));
      return [gradient ? transpose(graph, `gradients/${name}`, gradient, back) : null, null];
    },
  });
}

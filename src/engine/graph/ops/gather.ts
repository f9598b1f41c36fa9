import { type } from '../attribute.ts';
import type { Graph, NodeOptions, Tensor } from '../graph.ts';
import { expectShape } from './expect-shape.ts';

/**
 * Takes rows of a tensor. It is meant for what is fed, and has no gradient.
 *
 * @param input [count, ...]
 * @param rows int32 [batch], in [0, count)
 * @param device where it must run
 * @returns [batch, ...]
 * @throws ThawError `graph.invalid` when the rows are not int32 [batch]
 */
export function gather(
  graph: Graph,
  name: string,
  input: Tensor,
  rows: Tensor,
  device?: NodeOptions['device'],
): Tensor {
  expectShape(name, rows.dtype === 'int32' && rows.shape.length === 1, 'int32 rows of [batch]', rows);
  const [batch = -1] = rows.shape;
  return graph.single({
    op: 'GatherV2',
    name,
    inputs: [input, rows, graph.constant(`${name}/axis`, 'int32', [], 0)],
    ...(device && { device }),
    attributes: { Tparams: type(input.dtype), Tindices: type('int32'), Taxis: type('int32') },
    outputs: [{ dtype: input.dtype, shape: [batch, ...input.shape.slice(1)] }],
  });
}

import { bool, type } from '../attribute.ts';
import type { Graph, Tensor } from '../graph.ts';
import { reshape } from './reshape.ts';
import { shapeOf } from './shape-of.ts';

/** A reduction over axes (all where none are given) and how its gradient is spread back. */
export function reduce(
  graph: Graph,
  op: 'Sum' | 'Mean',
  name: string,
  input: Tensor,
  axes: readonly number[] = input.shape.map((_, axis) => axis),
): Tensor {
  const reduced = new Set(axes);
  const kept = input.shape.map((size, axis) => (reduced.has(axis) ? 1 : size));
  const attributes = { T: type(input.dtype), Tidx: type('int32'), keep_dims: bool(false) };
  const axesTensor = graph.constant(`${name}/axes`, 'int32', [axes.length], axes);
  return graph.single({
    op,
    name,
    inputs: [input, axesTensor],
    attributes,
    outputs: [{ dtype: input.dtype, shape: input.shape.filter((_, axis) => !reduced.has(axis)) }],
    backward: ([gradient]) => {
      if (!gradient) return [null, null];
      const scope = `gradients/${name}`;
      const sizes = shapeOf(graph, `${scope}/shape`, input);
      const column = reshape(graph, `${scope}/column`, gradient, kept);
      const spread = broadcast(graph, `${scope}/spread`, column, sizes, input);
      if (op === 'Sum') return [spread, null];
      return [divideByCount(graph, scope, spread, sizes, axesTensor, axes.length), null];
    },
  });
}

function broadcast(graph: Graph, name: string, input: Tensor, sizes: Tensor, like: Tensor): Tensor {
  return graph.single({
    op: 'BroadcastTo',
    name,
    inputs: [input, sizes],
    attributes: { T: type(like.dtype), Tidx: type('int32') },
    outputs: [like],
  });
}

/** The number of elements in a mean depends on the batch, so that it is computed in the graph. */
function divideByCount(
  graph: Graph,
  scope: string,
  spread: Tensor,
  sizes: Tensor,
  axes: Tensor,
  axisCount: number,
): Tensor {
  const lengths = graph.single({
    op: 'GatherV2',
    name: `${scope}/lengths`,
    inputs: [sizes, axes, graph.constant(`${scope}/first`, 'int32', [], 0)],
    attributes: { Tparams: type('int32'), Tindices: type('int32'), Taxis: type('int32') },
    outputs: [{ dtype: 'int32', shape: [axisCount] }],
  });
  const count = graph.single({
    op: 'Prod',
    name: `${scope}/count`,
    inputs: [lengths, graph.constant(`${scope}/all`, 'int32', [1], [0])],
    attributes: { T: type('int32'), Tidx: type('int32'), keep_dims: bool(false) },
    outputs: [{ dtype: 'int32', shape: [] }],
  });
  const divisor = graph.single({
    op: 'Cast',
    name: `${scope}/divisor`,
    inputs: [count],
    attributes: { SrcT: type('int32'), DstT: type(spread.dtype) },
    outputs: [{ dtype: spread.dtype, shape: [] }],
  });
  return graph.single({
    op: 'RealDiv',
    name: scope,
    inputs: [spread, divisor],
    attributes: { T: type(spread.dtype) },
    outputs: [spread],
  });
}

import type { Graph, Tensor } from '../graph.ts';
import { cast } from '../ops/cast.ts';
import { reshape } from '../ops/reshape.ts';
import { slice } from '../ops/slice.ts';
import { compare, compute } from './arithmetic.ts';

/** 1 for each place from the first to before the last, else 0: [batch, count]. */
function between(graph: Graph, name: string, from: Tensor, to: Tensor, count: number): Tensor {
  const places = graph.constant(
    `${name}/places`,
    'float32',
    [1, count],
    Float32Array.from({ length: count }, (_, place) => place),
  );
  const begun = cast(graph, `${name}/begun`, compare(graph, 'GreaterEqual', `${name}/from`, places, from), 'float32');
  const goesOn = cast(graph, `${name}/goes_on`, compare(graph, 'Less', `${name}/to`, places, to), 'float32');
  return compute(graph, 'Mul', name, begun, goesOn);
}

/**
 * Where a box lies in each image: 1 inside, 0 outside.
 *
 * @param boxes float32 [batch, 4 or more]: top, left, bottom, right in pixels, the last two outside of the box
 * @returns float32 [batch, height, width, 1]
 */
export function boxMasks(
  graph: Graph,
  name: string,
  boxes: Tensor,
  { height, width }: { readonly height: number; readonly width: number },
): Tensor {
  const column = (edge: string, index: number): Tensor => slice(graph, `${name}/${edge}`, boxes, [0, index], [-1, 1]);
  const rows = between(graph, `${name}/rows`, column('top', 0), column('bottom', 2), height);
  const columns = between(graph, `${name}/columns`, column('left', 1), column('right', 3), width);
  const down = reshape(graph, `${name}/down`, rows, [-1, height, 1, 1]);
  return compute(graph, 'Mul', name, down, reshape(graph, `${name}/along`, columns, [-1, 1, width, 1]));
}

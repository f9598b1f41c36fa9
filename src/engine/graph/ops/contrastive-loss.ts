import { bool, type } from '../attribute.ts';
import type { Graph, Tensor } from '../graph.ts';
import { add } from './add.ts';
import { expectShape } from './expect-shape.ts';
import { multiply } from './multiply.ts';
import { relu } from './relu.ts';
import { scale } from './scale.ts';
import { shift } from './shift.ts';
import { subtract } from './subtract.ts';

/**
 * The Euclidean distance of each pair. Where two are equal it has no direction in which it grows: the gradient is 0 there.
 *
 * @param difference [batch, features]
 * @returns [batch, 1]
 */
function distances(graph: Graph, name: string, difference: Tensor): Tensor {
  const column = { dtype: difference.dtype, shape: [difference.shape[0] ?? -1, 1] };
  const attributes = { T: type(difference.dtype) };
  const squares = graph.single({
    op: 'Sum',
    name: `${name}/squares`,
    inputs: [
      graph.single({
        op: 'Square',
        name: `${name}/square`,
        inputs: [difference],
        attributes,
        outputs: [difference],
      }),
      graph.constant(`${name}/axes`, 'int32', [1], [1]),
    ],
    attributes: { ...attributes, Tidx: type('int32'), keep_dims: bool(true) },
    outputs: [column],
  });
  const distance: Tensor = graph.single({
    op: 'Sqrt',
    name,
    inputs: [squares],
    attributes,
    outputs: [column],
    // One gradient for all of these nodes: that of the root alone is infinite where two are equal.
    sources: [difference],
    backward: ([gradient]) => {
      if (!gradient) return [null];
      const direction = graph.single({
        op: 'DivNoNan',
        name: `gradients/${name}/direction`,
        inputs: [difference, distance],
        attributes,
        outputs: [difference],
      });
      return [multiply(graph, `gradients/${name}`, gradient, direction)];
    },
  });
  return distance;
}

/**
 * The contrastive loss of pairs (Hadsell, Chopra and LeCun, Dimensionality Reduction by Learning an Invariant Mapping, 2006,
 * equation 4): half the squared distance of two that are alike; half the square of what a pair that is not lacks to the margin.
 *
 * @param first [batch, features]
 * @param second [batch, features]
 * @param alike [batch, 1], 1 for a pair that is alike and 0 for one that is not
 * @returns [batch, 1]
 * @throws ThawError `graph.invalid` when the shapes do not fit
 */
export function contrastiveLoss(
  graph: Graph,
  name: string,
  { first, second, alike }: { readonly first: Tensor; readonly second: Tensor; readonly alike: Tensor },
  margin: number,
): Tensor {
  const [batch] = first.shape;
  expectShape(
    name,
    first.shape.length === 2 &&
      second.shape.join() === first.shape.join() &&
      alike.shape.join() === [batch, 1].join() &&
      [second, alike].every(({ dtype }) => dtype === first.dtype),
    'two of [batch, features] and, of their type, whether they are alike, [batch, 1]',
    first,
    second,
    alike,
  );
  const distance = distances(graph, `${name}/distance`, subtract(graph, `${name}/difference`, first, second));
  const lacking = relu(
    graph,
    `${name}/lacking`,
    shift(graph, `${name}/to_margin`, scale(graph, `${name}/near`, distance, -1), margin),
  );
  const ofAlike = multiply(graph, `${name}/of_alike`, alike, multiply(graph, `${name}/pull`, distance, distance));
  const unlike = shift(graph, `${name}/unlike`, scale(graph, `${name}/not_alike`, alike, -1), 1);
  const ofUnlike = multiply(graph, `${name}/of_unlike`, unlike, multiply(graph, `${name}/push`, lacking, lacking));
  return scale(graph, name, add(graph, `${name}/both`, ofAlike, ofUnlike), 0.5);
}

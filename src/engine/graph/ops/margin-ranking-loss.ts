import type { Graph, Tensor } from '../graph.ts';
import { expectShape } from './expect-shape.ts';
import { multiply } from './multiply.ts';
import { relu } from './relu.ts';
import { scale } from './scale.ts';
import { shift } from './shift.ts';
import { subtract } from './subtract.ts';

/**
 * max(0, margin - order * (first - second)), as PyTorch's MarginRankingLoss: nothing where the scores stand in their order
 * and the margin lies between them.
 *
 * @param first [batch], scores
 * @param second [batch], scores
 * @param order [batch], 1 where the first score should be the higher one, -1 where the second should
 * @returns [batch]
 * @throws ThawError `graph.invalid` when the shapes do not fit
 */
export function marginRankingLoss(
  graph: Graph,
  name: string,
  { first, second, order }: { readonly first: Tensor; readonly second: Tensor; readonly order: Tensor },
  margin: number,
): Tensor {
  const given = [first, second, order];
  expectShape(
    name,
    given.every(({ dtype, shape }) => shape.length === 1 && shape[0] === first.shape[0] && dtype === first.dtype),
    'two scores and their order, each of [batch] and of one type',
    ...given,
  );
  const lead = multiply(graph, `${name}/lead`, order, subtract(graph, `${name}/difference`, first, second));
  return relu(graph, name, shift(graph, `${name}/lacking`, scale(graph, `${name}/behind`, lead, -1), margin));
}

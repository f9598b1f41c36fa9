import { type } from '../attribute.ts';
import type { Graph, Tensor } from '../graph.ts';
import { expectShape } from './expect-shape.ts';

/**
 * A box out of a tensor.
 *
 * @param begin its first index in each dimension
 * @param size its size in each dimension; -1 is all that there is from `begin` on
 * @throws ThawError `graph.invalid` when the box reaches out of the tensor, or leaves out a part of an open batch
 */
export function slice(
  graph: Graph,
  name: string,
  input: Tensor,
  begin: readonly number[],
  size: readonly number[],
): Tensor {
  const rank = input.shape.length;
  const sizes = size.map((wanted, axis) => {
    const there = input.shape[axis] ?? 0;
    return wanted === -1 && there !== -1 ? there - (begin[axis] ?? 0) : wanted;
  });
  const fits = input.shape.every((there, axis) => {
    const [from = -1, wanted = -2] = [begin[axis], sizes[axis]];
    return there === -1 ? from === 0 && wanted === -1 : from >= 0 && wanted > 0 && from + wanted <= there;
  });
  expectShape(
    name,
    begin.length === rank && size.length === rank && fits,
    `a box of [${size.join(', ')}] at [${begin.join(', ')}] within it`,
    input,
  );
  const vector = (suffix: string, values: readonly number[]): Tensor =>
    graph.constant(`${name}/${suffix}`, 'int32', [rank], values);
  return graph.single({
    op: 'Slice',
    name,
    inputs: [input, vector('begin', begin), vector('size', sizes)],
    attributes: { T: type(input.dtype), Index: type('int32') },
    outputs: [{ dtype: input.dtype, shape: sizes }],
    backward: ([gradient]) => {
      if (!gradient) return [null, null, null];
      const scope = `gradients/${name}`;
      const around = input.shape.flatMap((there, axis) => {
        const before = begin[axis] ?? 0;
        return [before, there === -1 ? 0 : there - before - (sizes[axis] ?? 0)];
      });
      const byInput = graph.single({
        op: 'Pad',
        name: scope,
        inputs: [gradient, graph.constant(`${scope}/around`, 'int32', [rank, 2], around)],
        attributes: { T: type(input.dtype), Tpaddings: type('int32') },
        outputs: [input],
      });
      return [byInput, null, null];
    },
  });
}

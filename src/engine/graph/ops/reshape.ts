import { type } from '../attribute.ts';
import type { Graph, Tensor } from '../graph.ts';
import { expectShape } from './expect-shape.ts';

/**
 * Gives the same values another shape.
 *
 * @param sizes the new shape; at most one -1 stands for what remains
 * @throws ThawError `graph.invalid` when a fixed number of elements does not fit
 */
export function reshape(graph: Graph, name: string, input: Tensor, sizes: readonly number[]): Tensor {
  const fixed = (shape: readonly number[]): number =>
    shape.reduce((product, size) => product * (size === -1 ? 1 : size), 1);
  const dynamic = (shape: readonly number[]): number => shape.filter((size) => size === -1).length;
  const [before, after] = [fixed(input.shape), fixed(sizes)];
  const fits =
    dynamic(input.shape) > 0 || dynamic(sizes) > 0
      ? dynamic(sizes) === 1 && (dynamic(input.shape) > 0 || before % after === 0)
      : before === after;
  expectShape(name, fits, `as many elements as [${sizes.join(', ')}]`, input);
  const known = dynamic(input.shape) === 0 ? sizes.map((size) => (size === -1 ? before / after : size)) : sizes;
  return graph.single({
    op: 'Reshape',
    name,
    inputs: [input, graph.constant(`${name}/shape`, 'int32', [sizes.length], known)],
    attributes: { T: type(input.dtype), Tshape: type('int32') },
    outputs: [{ dtype: input.dtype, shape: known }],
    backward: ([gradient]) => [gradient ? reshape(graph, `gradients/${name}`, gradient, input.shape) : null, null],
  });
}

import { int, type } from '../attribute.ts';
import type { Graph, Tensor } from '../graph.ts';
import { expectShape } from './expect-shape.ts';
import { slice } from './slice.ts';

/**
 * Puts tensors one after the other along the last dimension. One alone is given back as it is.
 *
 * @param inputs [batch, ..., channels], alike but in their channels
 * @throws ThawError `graph.invalid` when the shapes do not fit
 */
export function concatenate(graph: Graph, name: string, inputs: readonly Tensor[]): Tensor {
  const [first] = inputs;
  const leading = ({ dtype, shape }: Tensor): string => `${dtype} ${shape.slice(0, -1).join()}`;
  if (!first) throw new TypeError(`'${name}' joins no tensor.`);
  const alike = inputs.every((input) => input.shape.length > 1 && leading(input) === leading(first));
  expectShape(name, alike, 'tensors that are alike but in their last dimension', ...inputs);
  if (inputs.length === 1) return first;
  const channelsOf = (input: Tensor): number => input.shape.at(-1) ?? 0;
  const total = inputs.reduce((sum, input) => sum + channelsOf(input), 0);
  return graph.single({
    op: 'ConcatV2',
    name,
    inputs: [...inputs, graph.constant(`${name}/axis`, 'int32', [], first.shape.length - 1)],
    attributes: { N: int(inputs.length), T: type(first.dtype), Tidx: type('int32') },
    outputs: [{ dtype: first.dtype, shape: [...first.shape.slice(0, -1), total] }],
    backward: ([gradient], needed) => {
      let begin = 0;
      const parts = inputs.map((input, index) => {
        const start = begin;
        begin += channelsOf(input);
        if (!gradient || needed[index] !== true) return null;
        const from = input.shape.map((_, axis) => (axis === input.shape.length - 1 ? start : 0));
        return slice(graph, `gradients/${name}/${index}`, gradient, from, input.shape);
      });
      return [...parts, null];
    },
  });
}

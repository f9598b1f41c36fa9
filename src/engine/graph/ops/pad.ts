import type { ExplicitPadding } from '../../network/layer.ts';
import { type } from '../attribute.ts';
import type { Graph, Tensor } from '../graph.ts';
import { imageShape } from './expect-shape.ts';
import { slice } from './slice.ts';

/**
 * Puts zeros around images.
 *
 * @param input [batch, height, width, channels]
 * @throws ThawError `graph.invalid` when the input is no image
 */
export function pad(graph: Graph, name: string, input: Tensor, { top, bottom, left, right }: ExplicitPadding): Tensor {
  const { batch, height, width, channels } = imageShape(name, input);
  const sizes = graph.constant(`${name}/paddings`, 'int32', [4, 2], [0, 0, top, bottom, left, right, 0, 0]);
  return graph.single({
    op: 'Pad',
    name,
    inputs: [input, sizes],
    attributes: { T: type(input.dtype), Tpaddings: type('int32') },
    outputs: [{ dtype: input.dtype, shape: [batch, height + top + bottom, width + left + right, channels] }],
    backward: ([gradient]) => [
      gradient ? slice(graph, `gradients/${name}`, gradient, [0, top, left, 0], input.shape) : null,
      null,
    ],
  });
}

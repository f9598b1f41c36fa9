import type { ExplicitPadding } from '../../network/layer.ts';
import { text, type } from '../attribute.ts';
import type { Graph, Tensor } from '../graph.ts';
import { expectShape, imageShape } from './expect-shape.ts';

/**
 * Puts around images what lies inside them, mirrored at the pixels of the rim, which are not repeated.
 *
 * @param input [batch, height, width, channels]
 * @throws ThawError `graph.invalid` when the input is no image, or a side is as large as the image
 */
export function reflectPad(
  graph: Graph,
  name: string,
  input: Tensor,
  { top, bottom, left, right }: ExplicitPadding,
): Tensor {
  const { batch, height, width, channels } = imageShape(name, input);
  expectShape(
    name,
    Math.max(top, bottom) < height && Math.max(left, right) < width,
    `more rows and columns than it mirrors on a side (${top}, ${bottom}, ${left}, ${right})`,
    input,
  );
  const sizes = graph.constant(`${name}/paddings`, 'int32', [4, 2], [0, 0, top, bottom, left, right, 0, 0]);
  const attributes = { T: type(input.dtype), Tpaddings: type('int32'), mode: text('REFLECT') };
  return graph.single({
    op: 'MirrorPad',
    name,
    inputs: [input, sizes],
    attributes,
    outputs: [{ dtype: input.dtype, shape: [batch, height + top + bottom, width + left + right, channels] }],
    backward: ([gradient]) => {
      if (!gradient) return [null, null];
      const byInput = graph.single({
        op: 'MirrorPadGrad',
        name: `gradients/${name}`,
        inputs: [gradient, sizes],
        attributes,
        outputs: [input],
      });
      return [byInput, null];
    },
  });
}

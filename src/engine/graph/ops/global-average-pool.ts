import { bool, type } from '../attribute.ts';
import type { Graph, Tensor } from '../graph.ts';
import { imageShape } from './expect-shape.ts';
import { reshape } from './reshape.ts';
import { scale } from './scale.ts';

export interface GlobalAveragePoolOptions {
  /** True keeps [batch, 1, 1, channels]; false gives [batch, channels]. */
  readonly keepDimensions: boolean;
}

/**
 * The mean over all pixels.
 *
 * @param input [batch, height, width, channels]
 * @throws ThawError `graph.invalid` when the input is no image
 */
export function globalAveragePool(
  graph: Graph,
  name: string,
  input: Tensor,
  { keepDimensions }: GlobalAveragePoolOptions,
): Tensor {
  const { batch, height, width, channels } = imageShape(name, input);
  const axes = graph.constant(`${name}/axes`, 'int32', [2], [1, 2]);
  return graph.single({
    op: 'Mean',
    name,
    inputs: [input, axes],
    attributes: { T: type(input.dtype), Tidx: type('int32'), keep_dims: bool(keepDimensions) },
    outputs: [{ dtype: input.dtype, shape: keepDimensions ? [batch, 1, 1, channels] : [batch, channels] }],
    backward: ([gradient]) => {
      if (!gradient) return [null, null];
      const scope = `gradients/${name}`;
      const share = scale(graph, `${scope}/share`, gradient, 1 / (height * width));
      const byInput = graph.single({
        op: 'Tile',
        name: scope,
        inputs: [
          keepDimensions ? share : reshape(graph, `${scope}/pixel`, share, [batch, 1, 1, channels]),
          graph.constant(`${scope}/multiples`, 'int32', [4], [1, height, width, 1]),
        ],
        attributes: { T: type(input.dtype), Tmultiples: type('int32') },
        outputs: [input],
      });
      return [byInput, null];
    },
  });
}

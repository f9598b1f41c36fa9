import type { ExplicitPadding } from '../../network/layer.ts';
import { type } from '../attribute.ts';
import type { Backward, Graph, Tensor } from '../graph.ts';
import { convolutionBackward } from './convolution-backward.ts';
import { imageShape } from './expect-shape.ts';
import { paddingAround, windowAttributes, type WindowOptions } from './window.ts';

type Pair = readonly [number, number];

/** A batch of images as the pixels that a dilated filter sees together, and back. */
interface Blocks {
  /** [rows, columns]: the dilations. */
  readonly block: Pair;
  /** What is put around the images first, so that their sizes are multiples of the block's. */
  readonly around: ExplicitPadding;
}

const move = (
  graph: Graph,
  op: 'SpaceToBatchND' | 'BatchToSpaceND',
  name: string,
  input: Tensor,
  { block, around: { top, bottom, left, right } }: Blocks,
  shape: readonly number[],
): Tensor =>
  graph.single({
    op,
    name,
    inputs: [
      input,
      graph.constant(`${name}/block`, 'int32', [2], block),
      graph.constant(`${name}/around`, 'int32', [2, 2], [top, bottom, left, right]),
    ],
    attributes: {
      T: type(input.dtype),
      Tblock_shape: type('int32'),
      [op === 'SpaceToBatchND' ? 'Tpaddings' : 'Tcrops']: type('int32'),
    },
    outputs: [{ dtype: input.dtype, shape }],
  });

function toBlocks(graph: Graph, name: string, images: Tensor, blocks: Blocks): Tensor {
  const { batch, height, width, channels } = imageShape(name, images);
  const [rows, columns] = blocks.block;
  const { top, bottom, left, right } = blocks.around;
  const many = batch === -1 ? -1 : batch * rows * columns;
  const shape = [many, (top + height + bottom) / rows, (left + width + right) / columns, channels];
  return move(graph, 'SpaceToBatchND', name, images, blocks, shape);
}

/**
 * The gradients of a dilated convolution that moves by one pixel, which TensorFlow has no kernels for on a CPU. Of an image
 * taken apart into the pixels that the filter sees together, each part is convolved as by a filter that is not dilated.
 *
 * @param filter [rows, columns, channels, filters]
 */
export function dilatedBackward(
  graph: Graph,
  name: string,
  input: Tensor,
  filter: Tensor,
  options: Pick<WindowOptions, 'padding'> & { readonly dilations: Pair },
): Backward {
  const scope = `gradients/${name}`;
  const { dilations: block } = options;
  const [rows = 0, columns = 0] = filter.shape;
  const { height, width } = imageShape(name, input);
  const { top, bottom, left, right } = paddingAround([rows, columns], options);
  const missing = (size: number, unit: number): number => (unit - (size % unit)) % unit;
  const below = missing(top + height + bottom, block[0]);
  const beside = missing(left + width + right, block[1]);
  const around = { top, bottom: bottom + below, left, right: right + beside };
  return ([gradient], needed) => {
    if (!gradient) return [null, null];
    const parts = toBlocks(graph, `${scope}/input_blocks`, input, { block, around });
    const gradientParts = toBlocks(graph, `${scope}/blocks`, gradient, {
      block,
      around: { top: 0, bottom: below, left: 0, right: beside },
    });
    const attributes = { T: type(input.dtype), ...windowAttributes({ strides: [1, 1], padding: 'VALID' }) };
    const backward = convolutionBackward(graph, `${name}/blocks`, 'Conv2D', { input: parts, filter, attributes });
    const [byParts = null, byFilter = null] = backward([gradientParts], needed);
    const byInput = byParts && move(graph, 'BatchToSpaceND', scope, byParts, { block, around }, input.shape);
    return [byInput, byFilter];
  };
}

import { int, type } from '../attribute.ts';
import type { Graph, Tensor } from '../graph.ts';
import { matrixProduct } from './mat-mul.ts';
import { pad } from './pad.ts';
import { reshape } from './reshape.ts';
import { paddingAround, type WindowOptions } from './window.ts';

/** Below this many output pixels and channels of the input, what is copied outweighs what is gained. */
const LEAST_PIXELS = 28 * 28;
const LEAST_CHANNELS = 16;
const MOST_POSITIONS = 9;

/**
 * Whether `shiftedFilterGradient` is the faster one: with oneDNN on a processor without instructions for neural networks,
 * whose own gradient by the filter of a large image takes two to four times as long.
 *
 * @param output the convolution's, [batch, height', width', filters]
 */
export function isShiftedFilterGradientFaster(
  graph: Graph,
  filter: Tensor,
  output: Pick<Tensor, 'shape'>,
  { strides }: Pick<WindowOptions, 'strides'>,
): boolean {
  const [rows = 0, columns = 0, channels = 0] = filter.shape;
  const [, height = 0, width = 0] = output.shape;
  return (
    graph.kernels === 'oneDNN' &&
    strides.every((stride) => stride === 1) &&
    rows * columns > 1 &&
    rows * columns <= MOST_POSITIONS &&
    channels >= LEAST_CHANNELS &&
    height * width >= LEAST_PIXELS
  );
}

/**
 * The gradient of a convolution that moves by one pixel by its filter, position by position: that of the filter's row r and
 * column c is the matrix product of the input, shifted by r and c, and the output's gradient, over all pixels.
 *
 * @param gradient by the output, [batch, height', width', filters]
 * @returns [rows, columns, channels, filters]
 */
export function shiftedFilterGradient(
  graph: Graph,
  scope: string,
  {
    input,
    filter,
    gradient,
    padding,
  }: {
    readonly input: Tensor;
    readonly filter: Tensor;
    readonly gradient: Tensor;
    readonly padding: WindowOptions['padding'];
  },
): Tensor {
  const [rows = 0, columns = 0, channels = 0, filters = 0] = filter.shape;
  const [, height = 0, width = 0] = gradient.shape;
  const around = paddingAround([rows, columns], { padding });
  // Otherwise copies would be made as soon as the layer has its input, and wait through all of the forward pass.
  const late = graph.identity(`${scope}/late`, input, [gradient]);
  const padded = Object.values(around).every((size) => size === 0) ? late : pad(graph, `${scope}/padded`, late, around);
  const pixels = reshape(graph, `${scope}/pixels`, gradient, [-1, filters]);
  const size = graph.constant(`${scope}/size`, 'int32', [4], [-1, height, width, channels]);
  const products: Tensor[] = [];
  for (let position = 0; position < rows * columns; position += 1) {
    const [row, column] = [Math.floor(position / columns), position % columns];
    const begin = graph.constant(`${scope}/${position}/begin`, 'int32', [4], [0, row, column, 0]);
    const shifted = graph.single({
      op: 'Slice',
      name: `${scope}/${position}/shifted`,
      inputs: [padded, begin, size],
      // One after the other: each is a copy of the input, and all at once would take that much memory.
      controls: products.slice(-1),
      attributes: { T: type(input.dtype), Index: type('int32') },
      outputs: [{ dtype: input.dtype, shape: [-1, height, width, channels] }],
    });
    const matrix = reshape(graph, `${scope}/${position}/matrix`, shifted, [-1, channels]);
    const product = matrixProduct(graph, `${scope}/${position}/product`, [matrix, true], [pixels, false], {
      dtype: input.dtype,
      shape: [channels, filters],
    });
    products.push(graph.single(product));
  }
  const stacked = graph.single({
    op: 'Pack',
    name: `${scope}/stacked`,
    inputs: products,
    attributes: { T: type(input.dtype), N: int(products.length), axis: int(0) },
    outputs: [{ dtype: input.dtype, shape: [products.length, channels, filters] }],
  });
  return reshape(graph, scope, stacked, filter.shape);
}

import { int, type } from '../attribute.ts';
import type { Graph, Tensor } from '../graph.ts';
import { matrixProduct } from './mat-mul.ts';
import { pad } from './pad.ts';
import { reshape } from './reshape.ts';
import { paddingAround, type WindowOptions } from './window.ts';

/** Below so many channels of the input, or above so many positions of the filter, what is copied outweighs what is gained. */
const LEAST_CHANNELS = 16;
const MOST_POSITIONS = 25;
const LEAST_PIXELS = 7 * 7;
/** Of one pixel's filter nothing is copied, but over more pixels oneDNN's own is the faster one. */
const MOST_PIXELS_OF_ONE = 8 * 8;

/**
 * Whether `shiftedFilterGradient` is the faster one: with oneDNN on a processor without instructions for neural networks,
 * whose own gradient by the filter takes up to four times as long.
 *
 * @param gradient by the convolution's output, [batch, height', width', filters]
 */
export function isShiftedFilterGradientFaster(
  graph: Graph,
  filterShape: readonly number[],
  gradient: Pick<Tensor, 'shape'>,
  { strides }: Pick<WindowOptions, 'strides'>,
): boolean {
  const [rows = 0, columns = 0, channels = 0] = filterShape;
  const [, height = 0, width = 0] = gradient.shape;
  const [positions, pixels] = [rows * columns, height * width];
  if (graph.kernels !== 'oneDNN' || strides.some((stride) => stride > 1) || channels < LEAST_CHANNELS) return false;
  return positions === 1 ? pixels <= MOST_PIXELS_OF_ONE : positions <= MOST_POSITIONS && pixels >= LEAST_PIXELS;
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
    filterShape,
    gradient,
    padding,
  }: {
    readonly input: Tensor;
    readonly filterShape: readonly number[];
    readonly gradient: Tensor;
    readonly padding: WindowOptions['padding'];
  },
): Tensor {
  const [rows = 0, columns = 0, channels = 0, filters = 0] = filterShape;
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
    const shift = (): Tensor =>
      graph.single({
        op: 'Slice',
        name: `${scope}/${position}/shifted`,
        inputs: [padded, begin, size],
        // One after the other: each is a copy of the input, and all at once would take that much memory.
        controls: products.slice(-1),
        attributes: { T: type(input.dtype), Index: type('int32') },
        outputs: [{ dtype: input.dtype, shape: [-1, height, width, channels] }],
      });
    const shifted = rows * columns === 1 ? padded : shift();
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
  return reshape(graph, scope, stacked, filterShape);
}

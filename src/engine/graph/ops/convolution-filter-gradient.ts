import { int, type } from '../attribute.ts';
import type { Graph, Tensor } from '../graph.ts';
import { pad } from './pad.ts';
import { isShiftedFilterGradientFaster, shiftedFilterGradient } from './shifted-filter-gradient.ts';
import { paddingAround, windowAttributes, type WindowOptions } from './window.ts';

/**
 * The gradient of a convolution by its filter: `Conv2DBackpropFilter`, or what is faster or right where that is not.
 *
 * @param options.input the convolution's, [batch, height, width, channels]
 * @param options.gradient by its output
 * @returns [rows, columns, channels, filters]
 */
export function convolutionFilterGradient(
  graph: Graph,
  name: string,
  {
    input,
    filterShape,
    gradient,
    window,
  }: {
    readonly input: Tensor;
    readonly filterShape: readonly number[];
    readonly gradient: Tensor;
    readonly window: WindowOptions;
  },
): Tensor {
  const [rows, columns] = filterShape;
  const skips = graph.kernels !== 'cuDNN' && rows === 1 && columns === 1 && window.strides.some((stride) => stride > 1);
  const seen = skips ? everyPixel(graph, `${name}/seen`, input, gradient, window) : input;
  const seenBy: WindowOptions = skips ? { strides: [1, 1], padding: 'VALID' } : window;
  if (isShiftedFilterGradientFaster(graph, filterShape, gradient, seenBy)) {
    return shiftedFilterGradient(graph, name, { input: seen, filterShape, gradient, padding: seenBy.padding });
  }
  return graph.single({
    op: 'Conv2DBackpropFilter',
    name,
    inputs: [seen, graph.constant(`${name}/shape`, 'int32', [4], filterShape), gradient],
    attributes: { T: type(input.dtype), ...windowAttributes(seenBy) },
    outputs: [{ dtype: input.dtype, shape: filterShape }],
  });
}

/**
 * The pixels that a filter of one pixel sees as it moves. oneDNN's own gradient of such a convolution is wrong where the
 * channels do not fill its registers, and writes beyond its memory (seen with TensorFlow 2.21 on a processor with AVX2).
 *
 * @param gradient by the output, which has a pixel for each
 */
function everyPixel(
  graph: Graph,
  name: string,
  input: Tensor,
  gradient: Tensor,
  { strides, padding }: WindowOptions,
): Tensor {
  // `SAME` never pads for a filter of one pixel.
  const around = paddingAround([1, 1], { padding });
  // Not before the gradient is there: a copy that is made with the input would wait through all of the forward pass.
  const late = graph.identity(`${name}/late`, input, [gradient]);
  const padded = Object.values(around).some((size) => size > 0) ? pad(graph, `${name}/padded`, late, around) : late;
  const vector = (suffix: string, values: readonly number[]): Tensor =>
    graph.constant(`${name}/${suffix}`, 'int32', [4], values);
  const [down, across] = strides;
  // Both masks leave begin and end to the tensor, in each of its four dimensions.
  const masks = { begin_mask: int(0b1111), end_mask: int(0b1111) };
  return graph.single({
    op: 'StridedSlice',
    name,
    inputs: [
      padded,
      vector('begin', [0, 0, 0, 0]),
      vector('end', [0, 0, 0, 0]),
      vector('strides', [1, down, across, 1]),
    ],
    attributes: { T: type(input.dtype), Index: type('int32'), ...masks },
    outputs: [{ dtype: input.dtype, shape: [...gradient.shape.slice(0, 3), input.shape[3] ?? 0] }],
  });
}

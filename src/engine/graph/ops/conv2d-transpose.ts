import { enlargedSize, type EnlargedSide } from '../../network/image-shape.ts';
import { int, type } from '../attribute.ts';
import type { Graph, Tensor } from '../graph.ts';
import { convolutionFilterGradient } from './convolution-filter-gradient.ts';
import { expectShape, imageShape } from './expect-shape.ts';
import { shapeOf } from './shape-of.ts';
import { windowAttributes, type WindowOptions } from './window.ts';

/** The sizes of the output, int32 [4]: the batch is that of the input, known only when the graph runs. */
function outputSizes(graph: Graph, name: string, input: Tensor, [height, width, filters]: readonly number[]): Tensor {
  const batch = graph.single({
    op: 'Slice',
    name: `${name}/batch`,
    inputs: [
      shapeOf(graph, `${name}/shape`, input),
      graph.constant(`${name}/first`, 'int32', [1], [0]),
      graph.constant(`${name}/one`, 'int32', [1], [1]),
    ],
    attributes: { T: type('int32'), Index: type('int32') },
    outputs: [{ dtype: 'int32', shape: [1] }],
  });
  return graph.single({
    op: 'ConcatV2',
    name: `${name}/sizes`,
    inputs: [
      batch,
      graph.constant(`${name}/image`, 'int32', [3], [height ?? 0, width ?? 0, filters ?? 0]),
      graph.constant(`${name}/axis`, 'int32', [], 0),
    ],
    attributes: { N: int(2), T: type('int32'), Tidx: type('int32') },
    outputs: [{ dtype: 'int32', shape: [4] }],
  });
}

export interface Conv2dTransposeOptions extends WindowOptions {
  /** [rows, columns] of the output beyond the smallest that fits, less than the strides; see `Conv2dTransposeLayer`. */
  readonly outputPadding?: readonly [number, number] | undefined;
}

/**
 * Transposed convolution: the gradient of a convolution by its input, so that a stride enlarges.
 *
 * @param input [batch, height, width, channels]
 * @param filter [rows, columns, filters, channels]
 * @param options those of the convolution whose gradient it is: a padding is taken off the output, its own is added
 * @returns [batch, height', width', filters]
 * @throws ThawError `graph.invalid` when the shapes do not fit
 */
export function conv2dTranspose(
  graph: Graph,
  name: string,
  input: Tensor,
  filter: Tensor,
  options: Conv2dTransposeOptions,
): Tensor {
  const image = imageShape(name, input);
  const [rows = 0, columns = 0, filters = 0, channels] = filter.shape;
  expectShape(
    name,
    filter.shape.length === 4 && channels === image.channels && filter.dtype === input.dtype,
    'a filter of [rows, columns, filters, channels] with the channels and the type of its input',
    input,
    filter,
  );
  const { strides, padding, outputPadding } = options;
  const pad = typeof padding === 'string' ? { top: 0, bottom: 0, left: 0, right: 0 } : padding;
  const named = { SAME: 'same', VALID: 'valid' } as const;
  const sideOf = (side: 0 | 1, kernel: number, around: number): EnlargedSide => ({
    kernel,
    stride: strides[side],
    padding: typeof padding === 'string' ? named[padding] : around,
    outputPadding: outputPadding?.[side],
  });
  const height = enlargedSize(image.height, sideOf(0, rows, pad.top + pad.bottom));
  const width = enlargedSize(image.width, sideOf(1, columns, pad.left + pad.right));
  expectShape(
    name,
    height !== null && width !== null,
    'an input of which its padding leaves a pixel, and an output padding below its strides',
    input,
  );
  const sizes = [height ?? 0, width ?? 0, filters];
  const output = { dtype: input.dtype, shape: [image.batch, ...sizes] };
  const attributes = { T: type(input.dtype), ...windowAttributes(options) };
  return graph.single({
    op: 'Conv2DBackpropInput',
    name,
    inputs: [outputSizes(graph, name, input, sizes), filter, input],
    attributes,
    outputs: [output],
    sources: [filter, input],
    backward: ([gradient], [filterNeeded, inputNeeded]) => {
      if (!gradient) return [null, null];
      const scope = `gradients/${name}`;
      // The roles of input and output are changed about.
      const byFilter = (): Tensor =>
        convolutionFilterGradient(graph, `${scope}/filter`, {
          input: gradient,
          filterShape: filter.shape,
          gradient: input,
          window: options,
        });
      const byInput = (): Tensor =>
        graph.single({
          op: 'Conv2D',
          name: `${scope}/input`,
          inputs: [gradient, filter],
          attributes,
          outputs: [input],
        });
      return [filterNeeded ? byFilter() : null, inputNeeded ? byInput() : null];
    },
  });
}

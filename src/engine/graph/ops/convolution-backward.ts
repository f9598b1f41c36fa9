import type { Attribute } from '../attribute.ts';
import type { Backward, Graph, Tensor } from '../graph.ts';
import { matrixProduct } from './mat-mul.ts';
import { reshape } from './reshape.ts';
import { shapeOf } from './shape-of.ts';

/**
 * The gradients of a convolution by its input and its filter: the ops `<op>BackpropInput` and `<op>BackpropFilter`, with
 * the attributes of the convolution itself.
 *
 * @param op `Conv2D` or `DepthwiseConv2dNative`
 * @param options.pointwise true where each pixel is multiplied by the filter as by a matrix: a 1 x 1 convolution that moves by
 *   one. Its gradient by the input is a matrix product too, several times as fast on a CPU as `Conv2DBackpropInput`. On a GPU
 *   it is not: TensorFlow keeps images channels first there, and would turn them around for each product.
 * @param options.filterGradient what gives the gradient by the filter from that by the output, where another way is faster
 */
export function convolutionBackward(
  graph: Graph,
  name: string,
  op: string,
  {
    input,
    filter,
    attributes,
    pointwise = false,
    filterGradient,
  }: {
    readonly input: Tensor;
    readonly filter: Tensor;
    readonly attributes: Readonly<Record<string, Attribute>>;
    readonly pointwise?: boolean;
    readonly filterGradient?: ((scope: string, gradient: Tensor) => Tensor) | undefined;
  },
): Backward {
  const scope = `gradients/${name}`;
  return ([gradient], [inputNeeded, filterNeeded]) => {
    if (!gradient) return [null, null];
    const byInput = (): Tensor =>
      graph.single({
        op: `${op}BackpropInput`,
        name: `${scope}/input`,
        inputs: [shapeOf(graph, `${scope}/input_shape`, input), filter, gradient],
        attributes,
        outputs: [input],
      });
    const byInputOfPixels = (): Tensor => {
      const [, , channels = 0, filters = 0] = filter.shape;
      const pixels = reshape(graph, `${scope}/pixels`, gradient, [-1, filters]);
      const matrix = reshape(graph, `${scope}/matrix`, filter, [channels, filters]);
      const product = matrixProduct(graph, `${scope}/product`, [pixels, false], [matrix, true], {
        dtype: input.dtype,
        shape: [-1, channels],
      });
      return reshape(graph, `${scope}/input`, graph.single(product), [-1, ...input.shape.slice(1)]);
    };
    const byFilter = (): Tensor =>
      filterGradient?.(`${scope}/filter`, gradient) ??
      graph.single({
        op: `${op}BackpropFilter`,
        name: `${scope}/filter`,
        inputs: [input, graph.constant(`${scope}/filter_shape`, 'int32', [4], filter.shape), gradient],
        attributes,
        outputs: [filter],
      });
    const inputGradient = pointwise && graph.kernels !== 'cuDNN' ? byInputOfPixels : byInput;
    return [inputNeeded ? inputGradient() : null, filterNeeded ? byFilter() : null];
  };
}

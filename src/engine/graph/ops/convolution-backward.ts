import type { Attribute } from '../attribute.ts';
import type { Backward, Graph, Tensor } from '../graph.ts';
import { shapeOf } from './shape-of.ts';

/**
 * The gradients of a convolution by its input and its filter: the ops `<op>BackpropInput` and `<op>BackpropFilter`, with
 * the attributes of the convolution itself.
 *
 * @param op `Conv2D` or `DepthwiseConv2dNative`
 */
export function convolutionBackward(
  graph: Graph,
  name: string,
  op: string,
  {
    input,
    filter,
    attributes,
  }: {
    readonly input: Tensor;
    readonly filter: Tensor;
    readonly attributes: Readonly<Record<string, Attribute>>;
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
    const byFilter = (): Tensor =>
      graph.single({
        op: `${op}BackpropFilter`,
        name: `${scope}/filter`,
        inputs: [input, graph.constant(`${scope}/filter_shape`, 'int32', [4], filter.shape), gradient],
        attributes,
        outputs: [filter],
      });
    return [inputNeeded ? byInput() : null, filterNeeded ? byFilter() : null];
  };
}

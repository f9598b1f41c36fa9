import { type, type Attribute } from '../attribute.ts';
import type { Graph, Tensor } from '../graph.ts';

interface ElementwiseOps {
  /** The op's name. */
  readonly forward: string;
  /** The name of its gradient. */
  readonly backward: string;
  /** What the gradient op takes, in its own order; by default the gradient, then the output. */
  readonly order?: 'gradientFirst' | 'outputFirst';
  /** What both have beside the type. */
  readonly attributes?: Readonly<Record<string, Attribute>>;
}

/**
 * A function of each element alone whose gradient op takes the gradient and the output, so that the input need not be kept.
 */
export function elementwise(
  graph: Graph,
  name: string,
  input: Tensor,
  { forward, backward, order = 'gradientFirst', attributes: own = {} }: ElementwiseOps,
): Tensor {
  const attributes = { T: type(input.dtype), ...own };
  const output: Tensor = graph.single({
    op: forward,
    name,
    inputs: [input],
    attributes,
    outputs: [input],
    backward: ([gradient]) => {
      if (!gradient) return [null];
      return graph.node({
        op: backward,
        name: `gradients/${name}`,
        inputs: order === 'outputFirst' ? [output, gradient] : [gradient, output],
        attributes,
        outputs: [input],
      });
    },
  });
  return output;
}

import { float, int, type } from '../attribute.ts';
import type { Graph, Tensor } from '../graph.ts';
import { cast } from './cast.ts';
import { expectShape, imageShape } from './expect-shape.ts';

/** Beyond them TensorFlow computes on a processor alone. */
const CUDNN_RADII = { least: 1, most: 7 } as const;

export interface LocalResponseNormOptions {
  /** Channels on each side that are summed with a channel. */
  readonly depthRadius: number;
  readonly bias: number;
  /** Of the sum of the squares, not of their mean: PyTorch's alpha divided by its size. */
  readonly alpha: number;
  readonly beta: number;
}

/**
 * x / (bias + alpha * the sum of the squares of the channels nearby)^beta, as in AlexNet (Krizhevsky et al., 2012, 3.3);
 * computed in float32.
 *
 * @param input [batch, height, width, channels]
 * @throws ThawError `graph.invalid` when the input is no image, or the radius is no count
 */
export function localResponseNorm(
  graph: Graph,
  name: string,
  input: Tensor,
  { depthRadius, bias, alpha, beta }: LocalResponseNormOptions,
): Tensor {
  imageShape(name, input);
  expectShape(name, Number.isInteger(depthRadius) && depthRadius >= 0, `a whole radius, not ${depthRadius}`, input);
  const wide = cast(graph, `${name}/wide`, input, 'float32');
  const attributes = {
    T: type('float32'),
    depth_radius: int(depthRadius),
    bias: float(bias),
    alpha: float(alpha),
    beta: float(beta),
  };
  const beyondGpu = depthRadius < CUDNN_RADII.least || depthRadius > CUDNN_RADII.most;
  const placed = { attributes, ...(beyondGpu && { device: 'cpu' as const }) };
  const output: Tensor = graph.single({
    ...placed,
    op: 'LRN',
    name,
    inputs: [wide],
    outputs: [wide],
    backward: ([gradient]) => {
      if (!gradient) return [null];
      return graph.node({
        ...placed,
        op: 'LRNGrad',
        name: `gradients/${name}`,
        inputs: [gradient, wide, output],
        outputs: [wide],
      });
    },
  });
  return cast(graph, `${name}/cast`, output, input.dtype);
}

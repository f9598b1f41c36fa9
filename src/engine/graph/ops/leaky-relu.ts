import { float } from '../attribute.ts';
import type { Graph, Tensor } from '../graph.ts';
import { elementwise } from './elementwise.ts';
import { expectShape } from './expect-shape.ts';

/** That of Keras' activation `leaky_relu`; Keras' layer has 0.3, PyTorch's 0.01. */
const NEGATIVE_SLOPE = 0.2;

/**
 * x above 0 and a share of x below, element by element.
 *
 * @param negativeSlope the share, at least 0: the gradient is found from the output, whose sign must be that of the input
 * @throws ThawError `graph.invalid` for a negative slope
 */
export function leakyRelu(graph: Graph, name: string, input: Tensor, negativeSlope: number = NEGATIVE_SLOPE): Tensor {
  expectShape(name, negativeSlope >= 0, `a slope of at least 0, not ${negativeSlope}`, input);
  return elementwise(graph, name, input, {
    forward: 'LeakyRelu',
    backward: 'LeakyReluGrad',
    attributes: { alpha: float(negativeSlope) },
  });
}

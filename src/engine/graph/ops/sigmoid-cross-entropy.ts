import { type } from '../attribute.ts';
import type { Graph, Tensor } from '../graph.ts';
import { expectShape } from './expect-shape.ts';
import { mean } from './mean.ts';

/**
 * -z log(p) - (1 - z) log(1 - p) with p = sigmoid(logit), the mean over an example's units as in Keras'
 * BinaryCrossentropy; computed as max(x, 0) - x z + log(1 + exp(-|x|)), which cannot overflow.
 *
 * @param logits [batch, units]
 * @param labels [batch, units], in [0, 1]
 * @returns [batch]
 * @throws ThawError `graph.invalid` when the shapes do not fit
 */
export function sigmoidCrossEntropy(graph: Graph, name: string, logits: Tensor, labels: Tensor): Tensor {
  expectShape(
    name,
    logits.shape.length === 2 && labels.shape.join() === logits.shape.join() && labels.dtype === logits.dtype,
    'logits and labels of [batch, units] and of one type',
    logits,
    labels,
  );
  const elementwise = (op: string, suffix: string, ...inputs: readonly Tensor[]): Tensor =>
    graph.single({ op, name: suffix, inputs, attributes: { T: type(logits.dtype) }, outputs: [logits] });
  const linear = elementwise(
    'Sub',
    `${name}/linear`,
    elementwise('Relu', `${name}/positive`, logits),
    elementwise('Mul', `${name}/labelled`, logits, labels),
  );
  const magnitude = elementwise('Abs', `${name}/magnitude`, logits);
  const tail = elementwise('Softplus', `${name}/tail`, elementwise('Neg', `${name}/negative`, magnitude));
  const each = graph.single({
    op: 'AddV2',
    name: `${name}/each`,
    inputs: [linear, tail],
    attributes: { T: type(logits.dtype) },
    outputs: [logits],
    // One gradient for all of these nodes, sigmoid(x) - z: it has no kink at 0.
    sources: [logits],
    backward: ([gradient]) => {
      if (!gradient) return [null];
      const scope = `gradients/${name}`;
      const probability = elementwise('Sigmoid', `${scope}/probability`, logits);
      const difference = elementwise('Sub', `${scope}/difference`, probability, labels);
      return [elementwise('Mul', scope, gradient, difference)];
    },
  });
  return mean(graph, name, each, [1]);
}

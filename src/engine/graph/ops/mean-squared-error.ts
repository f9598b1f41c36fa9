import type { Graph, Tensor } from '../graph.ts';
import { expectShape } from './expect-shape.ts';
import { mean } from './mean.ts';
import { multiply } from './multiply.ts';
import { subtract } from './subtract.ts';

/**
 * (prediction - target)^2, the mean over an example's units as in Keras' MeanSquaredError.
 *
 * @param predictions [batch, units]
 * @param targets [batch, units]
 * @returns [batch]
 * @throws ThawError `graph.invalid` when the shapes do not fit
 */
export function meanSquaredError(graph: Graph, name: string, predictions: Tensor, targets: Tensor): Tensor {
  expectShape(
    name,
    predictions.shape.length === 2 && targets.shape.join() === predictions.shape.join(),
    'predictions and targets of [batch, units]',
    predictions,
    targets,
  );
  const difference = subtract(graph, `${name}/difference`, predictions, targets);
  return mean(graph, name, multiply(graph, `${name}/square`, difference, difference), [1]);
}

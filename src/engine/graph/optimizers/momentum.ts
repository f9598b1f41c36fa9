import { bool } from '../attribute.ts';
import type { Graph, Tensor, Variable } from '../graph.ts';
import { resourceUpdate, slotOf, type AppliedOptimizer } from './optimizer.ts';

export interface MomentumOptions {
  /** float32 [] */
  readonly learningRate: Tensor;
  /** float32 []; 0 gives plain gradient descent. */
  readonly momentum: Tensor;
  readonly nesterov: boolean;
}

/**
 * Stochastic gradient descent with momentum as Keras' SGD has it: `velocity = momentum * velocity - learningRate *
 * gradient` is added to the variable; with Nesterov `momentum * velocity - learningRate * gradient` is, by the new velocity.
 */
export function momentum(
  graph: Graph,
  variable: Variable,
  gradient: Tensor,
  options: MomentumOptions,
): AppliedOptimizer {
  return resourceUpdate(graph, variable, {
    op: 'ResourceApplyKerasMomentum',
    slots: [slotOf(graph, variable, 'momentum')],
    inputs: [options.learningRate, gradient, options.momentum],
    attributes: { use_nesterov: bool(options.nesterov) },
  });
}

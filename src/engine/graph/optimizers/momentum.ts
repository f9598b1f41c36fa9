import { bool, type } from '../attribute.ts';
import type { Graph, Tensor, Variable } from '../graph.ts';
import type { AppliedOptimizer } from './optimizer.ts';

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
  const velocity = graph.variable(`${variable.name}/momentum`, variable.shape);
  const update = graph.operation({
    op: 'ResourceApplyKerasMomentum',
    name: `${variable.name}/update`,
    inputs: [variable.handle, velocity.handle, options.learningRate, gradient, options.momentum],
    // A gradient that does not depend on the value must not let the update overtake the step's reading of it.
    controls: [variable.value],
    attributes: { T: type('float32'), use_locking: bool(true), use_nesterov: bool(options.nesterov) },
  });
  return { update, slots: [{ variable: velocity, initial: 0 }] };
}

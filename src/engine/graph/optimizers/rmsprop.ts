import type { Graph, Tensor, Variable } from '../graph.ts';
import { resourceUpdate, slotOf, type AppliedOptimizer } from './optimizer.ts';

export interface RmspropOptions {
  /** Each float32 []. */
  readonly learningRate: Tensor;
  readonly rho: Tensor;
  /** 0 gives none. */
  readonly momentum: Tensor;
  readonly epsilon: Tensor;
  /** Divides by the gradient's standard deviation instead of its root mean square. */
  readonly centered: boolean;
}

/**
 * RMSprop (Hinton, Neural Networks for Machine Learning, lecture 6e; centered: Graves, arXiv:1308.0850, equations 38 to 41) as
 * in Keras: epsilon stands below the root, and momentum gathers what the learning rate has already been multiplied with.
 */
export function rmsprop(graph: Graph, variable: Variable, gradient: Tensor, options: RmspropOptions): AppliedOptimizer {
  const averages = [...(options.centered ? ['average_gradient'] : []), 'velocity'];
  return resourceUpdate(graph, variable, {
    op: options.centered ? 'ResourceApplyCenteredRMSProp' : 'ResourceApplyRMSProp',
    slots: [...averages, 'momentum'].map((name) => slotOf(graph, variable, name)),
    inputs: [options.learningRate, options.rho, options.momentum, options.epsilon, gradient],
  });
}

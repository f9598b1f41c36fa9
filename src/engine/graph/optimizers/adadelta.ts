import type { Graph, Tensor, Variable } from '../graph.ts';
import { resourceUpdate, slotOf, type AppliedOptimizer } from './optimizer.ts';

export interface AdadeltaOptions {
  /** Each float32 []. A learning rate of 1 gives the published form. */
  readonly learningRate: Tensor;
  readonly rho: Tensor;
  readonly epsilon: Tensor;
}

/** Adadelta (Zeiler, arXiv:1212.5701, algorithm 1), its updates times a learning rate as in Keras. */
export function adadelta(
  graph: Graph,
  variable: Variable,
  gradient: Tensor,
  options: AdadeltaOptions,
): AppliedOptimizer {
  return resourceUpdate(graph, variable, {
    op: 'ResourceApplyAdadelta',
    slots: ['accumulated_gradient', 'accumulated_update'].map((name) => slotOf(graph, variable, name)),
    inputs: [options.learningRate, options.rho, options.epsilon, gradient],
  });
}

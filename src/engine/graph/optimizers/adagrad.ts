import { bool } from '../attribute.ts';
import type { Graph, Tensor, Variable } from '../graph.ts';
import { resourceUpdate, slotOf, type AppliedOptimizer } from './optimizer.ts';

export interface AdagradOptions {
  /** float32 [] */
  readonly learningRate: Tensor;
  readonly initialAccumulator: number;
  readonly epsilon: number;
}

/**
 * Adagrad (Duchi, Hazan and Singer, JMLR 12, 2011) as in Keras, `learningRate * gradient / sqrt(accumulator + epsilon)`.
 * TensorFlow's op has no epsilon below the root; since the accumulator only ever grows by squares, it holds epsilon from
 * the start.
 */
export function adagrad(graph: Graph, variable: Variable, gradient: Tensor, options: AdagradOptions): AppliedOptimizer {
  return resourceUpdate(graph, variable, {
    op: 'ResourceApplyAdagrad',
    slots: [slotOf(graph, variable, 'accumulator', options.initialAccumulator + options.epsilon)],
    inputs: [options.learningRate, gradient],
    attributes: { update_slots: bool(true) },
  });
}

import { bool, type } from '../attribute.ts';
import type { Graph, Tensor, Variable } from '../graph.ts';
import type { AppliedOptimizer } from './optimizer.ts';

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
  const accumulator = graph.variable(`${variable.name}/accumulator`, variable.shape);
  const update = graph.operation({
    op: 'ResourceApplyAdagrad',
    name: `${variable.name}/update`,
    inputs: [variable.handle, accumulator.handle, options.learningRate, gradient],
    // A gradient that does not depend on the value must not let the update overtake the step's reading of it.
    controls: [variable.value],
    attributes: { T: type('float32'), use_locking: bool(true), update_slots: bool(true) },
  });
  return { update, slots: [{ variable: accumulator, initial: options.initialAccumulator + options.epsilon }] };
}

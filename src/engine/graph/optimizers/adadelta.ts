import { bool, type } from '../attribute.ts';
import type { Graph, Tensor, Variable } from '../graph.ts';
import type { AppliedOptimizer } from './optimizer.ts';

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
  const slots = ['accumulated_gradient', 'accumulated_update'].map((name) =>
    graph.variable(`${variable.name}/${name}`, variable.shape),
  );
  const update = graph.operation({
    op: 'ResourceApplyAdadelta',
    name: `${variable.name}/update`,
    inputs: [
      variable.handle,
      ...slots.map(({ handle }) => handle),
      options.learningRate,
      options.rho,
      options.epsilon,
      gradient,
    ],
    // A gradient that does not depend on the value must not let the update overtake the step's reading of it.
    controls: [variable.value],
    attributes: { T: type('float32'), use_locking: bool(true) },
  });
  return { update, slots: slots.map((own) => ({ variable: own, initial: 0 })) };
}

import { bool, type } from '../attribute.ts';
import type { Graph, Tensor, Variable } from '../graph.ts';
import type { AppliedOptimizer } from './optimizer.ts';

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
  const slot = (name: string): Variable => graph.variable(`${variable.name}/${name}`, variable.shape);
  const averages = [...(options.centered ? [slot('average_gradient')] : []), slot('velocity')];
  const slots = [...averages, slot('momentum')];
  const update = graph.operation({
    op: options.centered ? 'ResourceApplyCenteredRMSProp' : 'ResourceApplyRMSProp',
    name: `${variable.name}/update`,
    inputs: [
      variable.handle,
      ...slots.map(({ handle }) => handle),
      options.learningRate,
      options.rho,
      options.momentum,
      options.epsilon,
      gradient,
    ],
    // A gradient that does not depend on the value must not let the update overtake the step's reading of it.
    controls: [variable.value],
    attributes: { T: type('float32'), use_locking: bool(true) },
  });
  return { update, slots: slots.map((own) => ({ variable: own, initial: 0 })) };
}

import { bool } from '../attribute.ts';
import type { Graph, Operation, Tensor, Variable } from '../graph.ts';
import { multiply } from '../ops/multiply.ts';
import { resourceUpdate, slotOf, type AppliedOptimizer } from './optimizer.ts';

/** beta1 and beta2 to the power of the step under way: shared by all variables, and beta1 and beta2 before the first step. */
export interface AdamPowers {
  /** float32 [] */
  readonly beta1Power: Variable;
  /** float32 [] */
  readonly beta2Power: Variable;
  /** Goes on to the next step's powers, once all of this step's updates are done. */
  advance(updates: readonly Operation[]): readonly Operation[];
}

export interface AdamOptions extends Pick<AdamPowers, 'beta1Power' | 'beta2Power'> {
  /** Each float32 []. */
  readonly learningRate: Tensor;
  readonly beta1: Tensor;
  readonly beta2: Tensor;
  readonly epsilon: Tensor;
}

/** The powers that all `adam` updates of one program take. */
export function adamPowers(graph: Graph, betas: Pick<AdamOptions, 'beta1' | 'beta2'>): AdamPowers {
  const beta1Power = graph.variable('adam/beta1_power', []);
  const beta2Power = graph.variable('adam/beta2_power', []);
  const next = (power: Variable, beta: Tensor, updates: readonly Operation[]): Operation =>
    graph.assign(power, multiply(graph, `${power.name}/next`, power.value, beta), updates);
  return {
    beta1Power,
    beta2Power,
    advance: (updates) => [next(beta1Power, betas.beta1, updates), next(beta2Power, betas.beta2, updates)],
  };
}

/**
 * Adam (Kingma and Ba, arXiv:1412.6980, the form before section 2.1, in which epsilon is added to the uncorrected root), as
 * in Keras.
 */
export function adam(graph: Graph, variable: Variable, gradient: Tensor, options: AdamOptions): AppliedOptimizer {
  return resourceUpdate(graph, variable, {
    op: 'ResourceApplyAdam',
    slots: ['momentum', 'velocity'].map((name) => slotOf(graph, variable, name)),
    inputs: [
      options.beta1Power.value,
      options.beta2Power.value,
      options.learningRate,
      options.beta1,
      options.beta2,
      options.epsilon,
      gradient,
    ],
    attributes: { use_nesterov: bool(false) },
  });
}

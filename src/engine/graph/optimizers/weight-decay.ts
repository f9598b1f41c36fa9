import { type } from '../attribute.ts';
import type { Graph, Operation, Tensor, Variable } from '../graph.ts';
import { scale } from '../ops/scale.ts';
import { sumOf } from '../ops/sum-of.ts';

/**
 * Whether a variable takes part in weight decay and penalties: kernels do; biases and what scales and shifts a normalised channel do not,
 * for they are few, and pulling a scale to 0 would mute its channel.
 */
export function decays({ shape }: Pick<Variable, 'shape'>): boolean {
  return shape.length > 1;
}

/** Weight decay coupled to the gradient: that of `decay / 2` times the sum of squares, Keras' `L2(decay / 2)`, is added. */
export function coupledDecay(graph: Graph, variable: Variable, gradient: Tensor, decay: number): Tensor {
  const penalty = scale(graph, `${variable.name}/decay`, variable.value, decay);
  return sumOf(graph, `${variable.name}/decayed_gradient`, [gradient, penalty]);
}

/** The gradient of an L1 penalty, Keras' `L1(l1)`: `l1` times the sum of absolute values; 0 of a value that is 0. */
export function l1Penalty(graph: Graph, variable: Variable, gradient: Tensor, l1: number): Tensor {
  const sign = graph.single({
    op: 'Sign',
    name: `${variable.name}/sign`,
    inputs: [variable.value],
    attributes: { T: type('float32') },
    outputs: [variable.value],
  });
  const penalty = scale(graph, `${variable.name}/l1`, sign, l1);
  return sumOf(graph, `${variable.name}/l1_gradient`, [gradient, penalty]);
}

/**
 * Weight decay decoupled from the gradient (Loshchilov and Hutter, arXiv:1711.05101): the variable loses
 * `learningRate * decay` of the value that it had before the step.
 *
 * @param update the optimizer's own, which comes first
 */
export function decoupledDecay(
  graph: Graph,
  variable: Variable,
  update: Operation,
  options: { readonly learningRate: Tensor; readonly decay: number },
): Operation {
  const share = scale(graph, `${variable.name}/decay/share`, options.learningRate, options.decay);
  const loss = graph.single({
    op: 'Mul',
    name: `${variable.name}/decay`,
    inputs: [variable.value, share],
    attributes: { T: type('float32') },
    outputs: [variable.value],
  });
  return graph.operation({
    op: 'AssignSubVariableOp',
    name: `${variable.name}/decayed`,
    inputs: [variable.handle, loss],
    controls: [update],
    attributes: { dtype: type('float32') },
  });
}

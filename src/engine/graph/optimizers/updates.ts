import type { GradientClipping, OptimizerPlan } from '../../../shared/contract/plan.ts';
import { assertNever } from '../../../shared/errors/thaw-error.ts';
import type { Graph, Operation, Tensor, Variable } from '../graph.ts';
import { checkAllFinite } from '../ops/non-finite.ts';
import { scale } from '../ops/scale.ts';
import { adadelta } from './adadelta.ts';
import { adagrad } from './adagrad.ts';
import { adam, adamPowers } from './adam.ts';
import { clipGradients } from './clipping.ts';
import { momentum } from './momentum.ts';
import type { AppliedOptimizer, Slot } from './optimizer.ts';
import { rmsprop } from './rmsprop.ts';
import { coupledDecay, decays, decoupledDecay, l1Penalty } from './weight-decay.ts';

/** How gradients become updates, beside the learning rate of a step. */
export interface UpdateRule {
  readonly optimizer: OptimizerPlan;
  /** AdamW's is decoupled from the gradient, as published; that of all others is an L2 penalty's gradient. 0 for none. */
  readonly weightDecay: number;
  /** Of an L1 penalty, which belongs to the gradient with every optimizer. 0 for none. */
  readonly l1: number;
  readonly gradientClipping: GradientClipping | null;
  /** By variable, what it multiplies the learning rate by; 1 where it is not named. */
  readonly rateFactors: ReadonlyMap<string, number>;
}

/** A variable that learns, and its gradient. */
interface Target {
  readonly variable: Variable;
  readonly gradient: Tensor;
}

/** One variable's update, and what stands beside those of all variables. */
interface Method {
  readonly apply: (variable: Variable, gradient: Tensor, learningRate: Tensor) => AppliedOptimizer;
  /** What the method keeps for all variables in common, and what brings it to the next step. */
  readonly shared?: {
    readonly slots: readonly Slot[];
    readonly advance: (updates: readonly Operation[]) => readonly Operation[];
  };
}

function methodOf(graph: Graph, plan: OptimizerPlan): Method {
  const scalar = (name: string, value: number): Tensor => graph.constant(`train/${name}`, 'float32', [], value);
  switch (plan.kind) {
    case 'sgd': {
      const options = { momentum: scalar('momentum', plan.momentum), nesterov: plan.nesterov };
      return {
        apply: (variable, gradient, learningRate) => momentum(graph, variable, gradient, { ...options, learningRate }),
      };
    }
    case 'adam':
    case 'adamw': {
      const beta1 = scalar('beta_1', plan.beta1);
      const beta2 = scalar('beta_2', plan.beta2);
      const powers = adamPowers(graph, { beta1, beta2 });
      const options = { beta1, beta2, epsilon: scalar('epsilon', plan.epsilon), ...powers };
      return {
        apply: (variable, gradient, learningRate) => adam(graph, variable, gradient, { ...options, learningRate }),
        shared: {
          slots: [
            { variable: powers.beta1Power, initial: plan.beta1 },
            { variable: powers.beta2Power, initial: plan.beta2 },
          ],
          advance: (updates) => powers.advance(updates),
        },
      };
    }
    case 'rmsprop': {
      const options = {
        rho: scalar('rho', plan.rho),
        momentum: scalar('momentum', plan.momentum),
        epsilon: scalar('epsilon', plan.epsilon),
        centered: plan.centered,
      };
      return {
        apply: (variable, gradient, learningRate) => rmsprop(graph, variable, gradient, { ...options, learningRate }),
      };
    }
    case 'adagrad': {
      const { initialAccumulator, epsilon } = plan;
      const options = { initialAccumulator, epsilon };
      return {
        apply: (variable, gradient, learningRate) => adagrad(graph, variable, gradient, { ...options, learningRate }),
      };
    }
    case 'adadelta': {
      const options = { rho: scalar('rho', plan.rho), epsilon: scalar('epsilon', plan.epsilon) };
      return {
        apply: (variable, gradient, learningRate) => adadelta(graph, variable, gradient, { ...options, learningRate }),
      };
    }
    default:
      return assertNever(plan);
  }
}

/** The learning rate of each variable: those of one factor share theirs. */
function groupRates(
  graph: Graph,
  learningRate: Tensor,
  factors: UpdateRule['rateFactors'],
): (variable: Variable) => Tensor {
  const rates = new Map<number, Tensor>([[1, learningRate]]);
  return ({ name }) => {
    const factor = factors.get(name) ?? 1;
    const known = rates.get(factor) ?? scale(graph, `train/learning_rate_times_${factor}`, learningRate, factor);
    rates.set(factor, known);
    return known;
  };
}

/**
 * The updates of all variables that learn, and what is updated once a step beside them. Penalties and coupled weight decay
 * belong to the gradients, and are clipped with them; decoupled decay is not.
 *
 * @param learningRate float32 [], that of the step
 * @param isChecked whether a step whose gradients are not finite, once clipped, fails before any of the updates
 */
export function optimizerUpdates(
  graph: Graph,
  { optimizer, weightDecay, l1, gradientClipping, rateFactors }: UpdateRule,
  learningRate: Tensor,
  targets: readonly Target[],
  isChecked: boolean,
): { readonly operations: readonly Operation[]; readonly slots: readonly Slot[] } {
  const isDecoupled = optimizer.kind === 'adamw';
  const decaying = (variable: Variable): boolean => weightDecay > 0 && decays(variable);
  const gradients = targets.map(({ variable, gradient }) => {
    const penalised = l1 > 0 && decays(variable) ? l1Penalty(graph, variable, gradient, l1) : gradient;
    return decaying(variable) && !isDecoupled ? coupledDecay(graph, variable, penalised, weightDecay) : penalised;
  });
  const clipped = gradientClipping ? clipGradients(graph, gradients, gradientClipping) : gradients;
  const used = isChecked ? checkAllFinite(graph, 'train/gradients/finite', clipped, 'a gradient') : clipped;
  const method = methodOf(graph, optimizer);
  const rates = groupRates(graph, learningRate, rateFactors);
  const applied = targets.map(({ variable, gradient }, index) => {
    const rate = rates(variable);
    return { variable, rate, ...method.apply(variable, used[index] ?? gradient, rate) };
  });
  const updates = applied.map(({ variable, rate, update }) =>
    decaying(variable) && isDecoupled
      ? decoupledDecay(graph, variable, update, { learningRate: rate, decay: weightDecay })
      : update,
  );
  return {
    operations: [...updates, ...(method.shared?.advance(updates) ?? [])],
    slots: [...(method.shared?.slots ?? []), ...applied.flatMap(({ slots }) => slots)],
  };
}

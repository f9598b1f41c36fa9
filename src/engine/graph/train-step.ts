import type { OptimizerPlan } from '../../shared/contract/plan.ts';
import { assertNever } from '../../shared/errors/thaw-error.ts';
import { gradients } from './gradient.ts';
import type { Graph, Operation, Tensor, Variable } from './graph.ts';
import { lossAndHits } from './loss.ts';
import { mean } from './ops/mean.ts';
import { adam, adamPowers } from './optimizers/adam.ts';
import { momentum } from './optimizers/momentum.ts';

/** A variable of the optimizer's own, and what it holds before the first step. */
export interface Slot {
  readonly variable: Variable;
  readonly initial: number;
}

export interface TrainStep {
  readonly feeds: Readonly<Record<string, Tensor>>;
  readonly outputs: Readonly<Record<string, Tensor>>;
  readonly slots: readonly Slot[];
}

/** The optimizer's updates of all targets, and what is updated once a step beside them. */
function updates(
  graph: Graph,
  plan: OptimizerPlan,
  learningRate: Tensor,
  targets: readonly Variable[],
  targetGradients: readonly Tensor[],
): { readonly operations: readonly Operation[]; readonly slots: readonly Slot[] } {
  const scalar = (name: string, value: number): Tensor => graph.constant(`train/${name}`, 'float32', [], value);
  const gradientOf = (index: number): Tensor => {
    const gradient = targetGradients[index];
    if (!gradient) throw new TypeError(`'${targets[index]?.name ?? ''}' has no gradient.`);
    return gradient;
  };
  switch (plan.kind) {
    case 'sgd': {
      const options = { learningRate, momentum: scalar('momentum', plan.momentum), nesterov: plan.nesterov };
      const applied = targets.map((target, index) => momentum(graph, target, gradientOf(index), options));
      return {
        operations: applied.map(({ update }) => update),
        slots: applied.flatMap(({ slots }) => slots.map((variable) => ({ variable, initial: 0 }))),
      };
    }
    case 'adam': {
      const beta1 = scalar('beta_1', plan.beta1);
      const beta2 = scalar('beta_2', plan.beta2);
      const powers = adamPowers(graph, { beta1, beta2 });
      const options = { learningRate, beta1, beta2, epsilon: scalar('epsilon', plan.epsilon), ...powers };
      const applied = targets.map((target, index) => adam(graph, target, gradientOf(index), options));
      const operations = applied.map(({ update }) => update);
      return {
        operations: [...operations, ...powers.advance(operations)],
        slots: [
          { variable: powers.beta1Power, initial: plan.beta1 },
          { variable: powers.beta2Power, initial: plan.beta2 },
          ...applied.flatMap(({ slots }) => slots.map((variable) => ({ variable, initial: 0 }))),
        ],
      };
    }
    default:
      return assertNever(plan);
  }
}

/**
 * One step on a batch: mean softmax cross-entropy, its gradients by the targets, the optimizer's updates, and the moving
 * averages' with them.
 *
 * @param options.logits [batch, classes]
 * @param options.labels int32 [batch]
 * @param options.targets the variables that learn
 * @param options.updates what else belongs to a step
 * @returns feeds `learning_rate`; outputs `loss`, the mean before the update, and `hits`; fetching any runs the whole step
 */
export function trainStep(
  graph: Graph,
  options: {
    readonly logits: Tensor;
    readonly labels: Tensor;
    readonly targets: readonly Variable[];
    readonly updates: readonly Operation[];
    readonly optimizer: OptimizerPlan;
  },
): TrainStep {
  const learningRate = graph.placeholder('train/learning_rate', 'float32', []);
  const { losses, hits } = lossAndHits(graph, 'train', options.logits, options.labels);
  const loss = mean(graph, 'train/loss/mean', losses);
  const targetGradients = gradients(
    graph,
    loss,
    options.targets.map(({ value }) => value),
  );
  const applied = updates(graph, options.optimizer, learningRate, options.targets, targetGradients);
  const step = [...applied.operations, ...options.updates];
  return {
    feeds: { learning_rate: learningRate },
    outputs: { loss: graph.identity('train/loss', loss, step), hits: graph.identity('train/step_hits', hits, step) },
    slots: applied.slots,
  };
}

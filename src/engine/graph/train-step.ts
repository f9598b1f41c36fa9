import { gradients } from './gradient.ts';
import type { Graph, Operation, Tensor, Variable } from './graph.ts';
import { lossAndHits } from './loss.ts';
import { mean } from './ops/mean.ts';
import type { Slot } from './optimizers/optimizer.ts';
import { optimizerUpdates, type UpdateRule } from './optimizers/updates.ts';

export interface TrainStep {
  readonly feeds: Readonly<Record<string, Tensor>>;
  readonly outputs: Readonly<Record<string, Tensor>>;
  readonly slots: readonly Slot[];
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
    readonly rule: UpdateRule;
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
  const targets = options.targets.map((variable, index) => {
    const gradient = targetGradients[index];
    if (!gradient) throw new TypeError(`'${variable.name}' has no gradient.`);
    return { variable, gradient };
  });
  const applied = optimizerUpdates(graph, options.rule, learningRate, targets);
  const step = [...applied.operations, ...options.updates];
  return {
    feeds: { learning_rate: learningRate },
    outputs: { loss: graph.identity('train/loss', loss, step), hits: graph.identity('train/step_hits', hits, step) },
    slots: applied.slots,
  };
}

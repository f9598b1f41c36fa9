import type { Mixture } from './augmentation/augment-images.ts';
import { gradients } from './gradient.ts';
import type { Graph, Operation, Tensor, Variable } from './graph.ts';
import { exampleWeights, meanLoss } from './loss.ts';
import { checkFinite } from './ops/check-finite.ts';
import { scaleLoss } from './optimizers/loss-scaling.ts';
import type { Slot } from './optimizers/optimizer.ts';
import { optimizerUpdates, type UpdateRule } from './optimizers/updates.ts';

export interface TrainStep {
  readonly feeds: Readonly<Record<string, Tensor>>;
  readonly outputs: Readonly<Record<string, Tensor>>;
  readonly slots: readonly Slot[];
  /** The loss, finite or not. */
  readonly unchecked: Tensor;
  /** Of the loss by what learns, before anything is done to them. */
  readonly gradients: readonly { readonly variable: Variable; readonly gradient: Tensor }[];
}

/**
 * One step on a batch: the mean loss, its gradients by the targets, the optimizer's updates, and the moving
 * averages' with them. A loss or a gradient that is not finite fails the run before the weights are changed; gradients of a
 * scaled loss are skipped instead.
 *
 * @param options.counted what the loss and the hits of the batch are
 * @param options.labels int32 [batch]
 * @param options.targets the variables that learn
 * @param options.updates what else belongs to a step
 * @returns feeds `learning_rate`; outputs `loss`, the mean before the update, and `hits`; fetching any runs the whole step
 */
export function trainStep(
  graph: Graph,
  options: {
    readonly counted: { readonly losses: Tensor; readonly hits: Tensor };
    readonly labels: Tensor;
    /** null where each image has a label of its own. */
    readonly mixture: Mixture | null;
    readonly targets: readonly Variable[];
    readonly updates: readonly Operation[];
    readonly rule: UpdateRule;
    /** What an example counts, by its label; null lets all count alike. */
    readonly classWeights: readonly number[] | null;
    /** Whether gradients pass through a type of so small a range that the loss is scaled for them. */
    readonly scalesLoss: boolean;
  },
): TrainStep {
  const learningRate = graph.placeholder('train/learning_rate', 'float32', []);
  const { labels, classWeights, mixture } = options;
  const { losses, hits } = options.counted;
  const weights = classWeights && exampleWeights(graph, 'train/loss/weights', labels, classWeights, mixture);
  const unchecked = meanLoss(graph, 'train/loss/mean', losses, weights);
  const loss = checkFinite(graph, 'train/loss/finite', unchecked, 'the loss');
  const scaling = options.scalesLoss ? scaleLoss(graph, loss) : null;
  const found = gradients(
    graph,
    scaling?.scaled ?? loss,
    options.targets.map(({ value }) => value),
  );
  const { unscaled, kept } = scaling?.unscale(found) ?? { unscaled: found, kept: found };
  const withGradients = (of: readonly Tensor[]): TrainStep['gradients'] =>
    options.targets.map((variable, index) => {
      const gradient = of[index];
      if (!gradient) throw new TypeError(`'${variable.name}' has no gradient.`);
      return { variable, gradient };
    });
  const applied = optimizerUpdates(graph, options.rule, learningRate, withGradients(kept), scaling === null);
  const updates = scaling?.finish(applied.operations) ?? applied.operations;
  const step = [...updates, ...options.updates];
  return {
    feeds: { learning_rate: learningRate },
    outputs: { loss: graph.identity('train/loss', loss, step), hits: graph.identity('train/step_hits', hits, step) },
    slots: [...applied.slots, ...(scaling?.slots ?? [])],
    gradients: withGradients(unscaled),
    unchecked,
  };
}

import type { TrainingPlan } from '../../shared/contract/plan.ts';
import { assertNever } from '../../shared/errors/thaw-error.ts';
import { choose, compare, mix } from './augmentation/arithmetic.ts';
import type { Mixture } from './augmentation/augment-images.ts';
import type { Graph, Tensor } from './graph.ts';
import { cast } from './ops/cast.ts';
import { concatenate } from './ops/concatenate.ts';
import {
  correctBinaryPredictions,
  correctPredictions,
  predictedBinaryClasses,
  predictedClasses,
} from './ops/correct-predictions.ts';
import { gather } from './ops/gather.ts';
import { meanSquaredError } from './ops/mean-squared-error.ts';
import { mean } from './ops/mean.ts';
import { multiply } from './ops/multiply.ts';
import { oneHot } from './ops/one-hot.ts';
import { reshape } from './ops/reshape.ts';
import { scale } from './ops/scale.ts';
import { shift } from './ops/shift.ts';
import { sigmoid } from './ops/sigmoid.ts';
import { sigmoidCrossEntropy } from './ops/sigmoid-cross-entropy.ts';
import { softmax } from './ops/softmax.ts';
import { softmaxCrossEntropy, softmaxCrossEntropyOfTargets } from './ops/softmax-cross-entropy.ts';
import { sum } from './ops/sum.ts';

/** What is made small, and how sure of its label a network is asked to be. */
export type Objective = Pick<TrainingPlan, 'loss' | 'labelSmoothing'>;

export const CROSS_ENTROPY: Objective = { loss: 'crossEntropy', labelSmoothing: 0 };

/** A single logit is that of the second of two classes. */
function isBinary(logits: Tensor): boolean {
  return logits.shape.at(-1) === 1;
}

/**
 * What the probabilities should be, as Keras smooths labels: of the label 1 - smoothing and an equal part of the smoothing,
 * of every other class that part alone; of the second of two classes the label times 1 - smoothing, and half the smoothing.
 *
 * @returns float32 of the logits' shape
 */
function labelTargets(graph: Graph, scope: string, logits: Tensor, labels: Tensor, smoothing: number): Tensor {
  if (!isBinary(logits)) {
    const classes = logits.shape[1] ?? 0;
    const off = smoothing / classes;
    return oneHot(graph, `${scope}/targets`, labels, { classes, on: 1 - smoothing + off, off });
  }
  const targets = reshape(graph, `${scope}/targets`, cast(graph, `${scope}/labels`, labels, 'float32'), [-1, 1]);
  if (smoothing === 0) return targets;
  const kept = scale(graph, `${scope}/targets/kept`, targets, 1 - smoothing);
  return shift(graph, `${scope}/targets/smoothed`, kept, smoothing / 2);
}

/** The loss of each example, [batch]. */
function lossOf(
  graph: Graph,
  scope: string,
  logits: Tensor,
  labels: Tensor,
  { loss, labelSmoothing }: Objective,
  mixture: Mixture | null,
): Tensor {
  const targets = (): Tensor => {
    const own = labelTargets(graph, scope, logits, labels, labelSmoothing);
    if (!mixture) return own;
    const column = reshape(graph, `${scope}/share`, mixture.share, [-1, 1]);
    return mix(graph, `${scope}/mixed`, own, gather(graph, `${scope}/others`, own, mixture.partners), column);
  };
  switch (loss) {
    case 'crossEntropy': {
      const name = `${scope}/cross_entropy`;
      if (isBinary(logits)) return sigmoidCrossEntropy(graph, name, logits, targets());
      return labelSmoothing === 0 && !mixture
        ? softmaxCrossEntropy(graph, name, logits, labels)
        : softmaxCrossEntropyOfTargets(graph, name, logits, targets());
    }
    case 'meanSquaredError': {
      const probabilities = (isBinary(logits) ? sigmoid : softmax)(graph, `${scope}/probabilities`, logits);
      return meanSquaredError(graph, `${scope}/mean_squared_error`, probabilities, targets());
    }
    default:
      return assertNever(loss);
  }
}

/**
 * What is counted on a batch of one-of-many labels: the loss of the probabilities that a softmax gives the classes or, of a
 * single logit, a sigmoid the second class.
 *
 * @param logits [batch, classes], or [batch, 1] for two
 * @param labels int32 [batch]
 * @param mixture with which others of the batch the images were mixed: the targets are mixed alike, and of two labels the
 *   one with the larger share counts for the hits, the image's own where both have the same
 * @returns `losses` [batch], and `hits`, the number of images that are classified as their label, as a float32 scalar
 */
export function lossAndHits(
  graph: Graph,
  scope: string,
  logits: Tensor,
  labels: Tensor,
  objective: Objective = CROSS_ENTROPY,
  mixture: Mixture | null = null,
): { readonly losses: Tensor; readonly hits: Tensor } {
  const losses = lossOf(graph, `${scope}/loss`, logits, labels, objective, mixture);
  const correct = isBinary(logits) ? correctBinaryPredictions : correctPredictions;
  const dominant = mixture ? dominantLabels(graph, `${scope}/hits/dominant`, labels, mixture) : labels;
  return { losses, hits: sum(graph, `${scope}/hits`, correct(graph, `${scope}/hits/correct`, logits, dominant)) };
}

function dominantLabels(graph: Graph, name: string, labels: Tensor, { partners, share }: Mixture): Tensor {
  const isOwn = compare(
    graph,
    'GreaterEqual',
    `${name}/is_own`,
    graph.constant(`${name}/half`, 'float32', [], 0.5),
    share,
  );
  return choose(graph, name, isOwn, labels, gather(graph, `${name}/others`, labels, partners));
}

/**
 * What each example weighs by its class.
 *
 * @param labels int32 [batch]
 * @param classWeights one for each class
 * @param mixture what a mixed example weighs is mixed by the same shares
 * @returns float32 [batch]
 */
export function exampleWeights(
  graph: Graph,
  name: string,
  labels: Tensor,
  classWeights: readonly number[],
  mixture: Mixture | null = null,
): Tensor {
  const weights = graph.constant(`${name}/of_classes`, 'float32', [classWeights.length], classWeights);
  const own = gather(graph, name, weights, labels);
  if (!mixture) return own;
  return mix(graph, `${name}/mixed`, own, gather(graph, `${name}/others`, own, mixture.partners), mixture.share);
}

/**
 * The losses' sum divided by their number, as Keras' `sum_over_batch_size`: weights decide what an example counts, and the
 * divisor stays the batch.
 *
 * @param losses [batch]
 * @param weights [batch]; null lets all count alike
 * @returns a scalar
 */
export function meanLoss(graph: Graph, name: string, losses: Tensor, weights: Tensor | null): Tensor {
  return mean(graph, name, weights ? multiply(graph, `${name}/weighted`, losses, weights) : losses);
}

/**
 * The probability of each class.
 *
 * @param logits [batch, classes], or [batch, 1] for two
 * @returns [batch, classes]
 */
export function classProbabilities(graph: Graph, name: string, logits: Tensor): Tensor {
  if (!isBinary(logits)) return softmax(graph, name, logits);
  const second = sigmoid(graph, `${name}/second`, logits);
  // 1 - sigmoid(x), to the last bit also where that is small.
  const first = sigmoid(graph, `${name}/first`, scale(graph, `${name}/negative`, logits, -1));
  return concatenate(graph, name, [first, second]);
}

/**
 * The class that each example is classified as, as `lossAndHits` counts it.
 *
 * @param logits [batch, classes], or [batch, 1] for two
 * @returns int32 [batch]
 */
export function predictedLabels(graph: Graph, name: string, logits: Tensor): Tensor {
  return (isBinary(logits) ? predictedBinaryClasses : predictedClasses)(graph, name, logits);
}

import type { TrainingPlan } from '../../shared/contract/plan.ts';
import { assertNever } from '../../shared/errors/thaw-error.ts';
import type { Graph, Tensor } from './graph.ts';
import { cast } from './ops/cast.ts';
import { concatenate } from './ops/concatenate.ts';
import { correctBinaryPredictions, correctPredictions } from './ops/correct-predictions.ts';
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
function lossOf(graph: Graph, scope: string, logits: Tensor, labels: Tensor, objective: Objective): Tensor {
  const { loss, labelSmoothing } = objective;
  const targets = (): Tensor => labelTargets(graph, scope, logits, labels, labelSmoothing);
  switch (loss) {
    case 'crossEntropy': {
      const name = `${scope}/cross_entropy`;
      if (isBinary(logits)) return sigmoidCrossEntropy(graph, name, logits, targets());
      return labelSmoothing === 0
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
 * @returns `losses` [batch], and `hits`, the number of images that are classified as their label, as a float32 scalar
 */
export function lossAndHits(
  graph: Graph,
  scope: string,
  logits: Tensor,
  labels: Tensor,
  objective: Objective = CROSS_ENTROPY,
): { readonly losses: Tensor; readonly hits: Tensor } {
  const losses = lossOf(graph, `${scope}/loss`, logits, labels, objective);
  const correct = isBinary(logits) ? correctBinaryPredictions : correctPredictions;
  return { losses, hits: sum(graph, `${scope}/hits`, correct(graph, `${scope}/hits/correct`, logits, labels)) };
}

/**
 * What each example weighs by its class.
 *
 * @param labels int32 [batch]
 * @param classWeights one for each class
 * @returns float32 [batch]
 */
export function exampleWeights(graph: Graph, name: string, labels: Tensor, classWeights: readonly number[]): Tensor {
  const weights = graph.constant(`${name}/of_classes`, 'float32', [classWeights.length], classWeights);
  return gather(graph, name, weights, labels);
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

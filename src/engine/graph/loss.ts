import type { Graph, Tensor } from './graph.ts';
import { cast } from './ops/cast.ts';
import { concatenate } from './ops/concatenate.ts';
import { correctBinaryPredictions, correctPredictions } from './ops/correct-predictions.ts';
import { reshape } from './ops/reshape.ts';
import { scale } from './ops/scale.ts';
import { sigmoid } from './ops/sigmoid.ts';
import { sigmoidCrossEntropy } from './ops/sigmoid-cross-entropy.ts';
import { softmax } from './ops/softmax.ts';
import { softmaxCrossEntropy } from './ops/softmax-cross-entropy.ts';
import { sum } from './ops/sum.ts';

/** A single logit is that of the second of two classes. */
function isBinary(logits: Tensor): boolean {
  return logits.shape.at(-1) === 1;
}

/**
 * What is counted on a batch of one-of-many labels: cross-entropy of the softmax over the classes or, of a single logit,
 * of the sigmoid that gives the second class's probability.
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
): { readonly losses: Tensor; readonly hits: Tensor } {
  if (isBinary(logits)) {
    const targets = reshape(
      graph,
      `${scope}/loss/targets`,
      cast(graph, `${scope}/loss/labels`, labels, 'float32'),
      [-1, 1],
    );
    const correct = correctBinaryPredictions(graph, `${scope}/hits/correct`, logits, labels);
    return {
      losses: sigmoidCrossEntropy(graph, `${scope}/loss/cross_entropy`, logits, targets),
      hits: sum(graph, `${scope}/hits`, correct),
    };
  }
  const losses = softmaxCrossEntropy(graph, `${scope}/loss/cross_entropy`, logits, labels);
  const correct = correctPredictions(graph, `${scope}/hits/correct`, logits, labels);
  return { losses, hits: sum(graph, `${scope}/hits`, correct) };
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

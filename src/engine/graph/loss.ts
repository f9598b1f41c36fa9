import type { Graph, Tensor } from './graph.ts';
import { correctPredictions } from './ops/correct-predictions.ts';
import { softmaxCrossEntropy } from './ops/softmax-cross-entropy.ts';
import { sum } from './ops/sum.ts';

/**
 * What is counted on a batch of one-of-many labels.
 *
 * @param logits [batch, classes]
 * @param labels int32 [batch]
 * @returns `losses` [batch], and `hits`, the number of images whose largest logit is their label's, as a float32 scalar
 */
export function lossAndHits(
  graph: Graph,
  scope: string,
  logits: Tensor,
  labels: Tensor,
): { readonly losses: Tensor; readonly hits: Tensor } {
  const losses = softmaxCrossEntropy(graph, `${scope}/loss/cross_entropy`, logits, labels);
  const correct = correctPredictions(graph, `${scope}/hits/correct`, logits, labels);
  return { losses, hits: sum(graph, `${scope}/hits`, correct) };
}

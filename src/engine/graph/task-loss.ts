import type { LearningTask } from '../../shared/contract/learning-task.ts';
import type { Mixture } from './augmentation/augment-images.ts';
import { compare } from './augmentation/arithmetic.ts';
import type { Graph, Tensor } from './graph.ts';
import { CROSS_ENTROPY, lossAndHits, type Objective } from './loss.ts';
import { cast } from './ops/cast.ts';
import { contrastiveLoss } from './ops/contrastive-loss.ts';
import { dropout } from './ops/dropout.ts';
import { marginRankingLoss } from './ops/margin-ranking-loss.ts';
import { meanSquaredError } from './ops/mean-squared-error.ts';
import { multiply } from './ops/multiply.ts';
import { reshape } from './ops/reshape.ts';
import { scale } from './ops/scale.ts';
import { slice } from './ops/slice.ts';
import { subtract } from './ops/subtract.ts';
import { sum } from './ops/sum.ts';

/** Whether a network that learns this gives a logit for each of several classes. */
export function hasClasses({ kind }: LearningTask): boolean {
  return kind === 'classify' || kind === 'rotation' || kind === 'corruption';
}

/** What is counted on a batch. */
interface Counted {
  /** [batch] */
  readonly losses: Tensor;
  /** How many are right, as a float32 scalar; 0 where nothing can be. */
  readonly hits: Tensor;
}

/** The two of each pair, that lie one after the other in a batch: [2 * batch, features] becomes two of [batch, features]. */
function both(graph: Graph, name: string, output: Tensor): readonly [Tensor, Tensor] {
  const [rows = -1, features = 1] = output.shape;
  const batch = rows === -1 ? -1 : rows / 2;
  const pairs = reshape(graph, `${name}/pairs`, output, [batch, 2, features]);
  const at = (index: number): Tensor =>
    reshape(
      graph,
      `${name}/${index}`,
      slice(graph, `${name}/${index}/of_pair`, pairs, [0, index, 0], [-1, 1, features]),
      [batch, features],
    );
  return [at(0), at(1)];
}

/** 1 where a stands below b, else 0. */
function below(graph: Graph, name: string, a: Tensor, b: Tensor): Tensor {
  return cast(graph, name, compare(graph, 'Less', `${name}/is_less`, a, b), 'float32');
}

/** Pairs are told apart by half the margin: those that are alike lie nearer to one another, the others not. */
function pairLoss(graph: Graph, scope: string, output: Tensor, labels: Tensor, margin: number): Counted {
  const [first, second] = both(graph, `${scope}/embedding`, output);
  const alike = cast(graph, `${scope}/alike`, labels, 'float32');
  const [batch = -1] = first.shape;
  const given = { first, second, alike: reshape(graph, `${scope}/alike_column`, alike, [batch, 1]) };
  const losses = reshape(
    graph,
    `${scope}/loss/each`,
    contrastiveLoss(graph, `${scope}/loss/contrastive`, given, margin),
    [batch],
  );
  const apart = subtract(graph, `${scope}/hits/apart`, first, second);
  const squared = sum(graph, `${scope}/hits/distance`, multiply(graph, `${scope}/hits/square`, apart, apart), [1]);
  const limit = graph.constant(`${scope}/hits/limit`, 'float32', [], (margin / 2) ** 2);
  const isNear = below(graph, `${scope}/hits/near`, squared, limit);
  const wrong = subtract(graph, `${scope}/hits/wrong`, isNear, alike);
  const right = below(
    graph,
    `${scope}/hits/right`,
    multiply(graph, `${scope}/hits/missed`, wrong, wrong),
    graph.constant(`${scope}/hits/half`, 'float32', [], 0.5),
  );
  return { losses, hits: sum(graph, `${scope}/hits`, right) };
}

/** The first of each pair is to have the higher score. */
function rankingLoss(graph: Graph, scope: string, output: Tensor, labels: Tensor, margin: number): Counted {
  const [first, second] = both(graph, `${scope}/score`, output).map((column, index) =>
    reshape(graph, `${scope}/score/${index}/own`, column, column.shape.slice(0, 1)),
  );
  if (!first || !second) throw new TypeError('A pair is of two.');
  const order = cast(graph, `${scope}/order`, labels, 'float32');
  const losses = marginRankingLoss(graph, `${scope}/loss/ranking`, { first, second, order }, margin);
  return { losses, hits: sum(graph, `${scope}/hits`, below(graph, `${scope}/hits/right`, second, first)) };
}

/**
 * What is counted on a batch of a task.
 *
 * @param of.output logits [batch, classes]; embeddings or scores of pairs [2 * batch, features], the two of a pair one after
 *   the other; a reconstruction
 * @param of.labels int32 [batch]; of pairs 1 where they are alike, of a ranking always 1
 * @param of.target what is to be reconstructed, of the output's shape; null for other tasks
 * @param of.mixture see `lossAndHits`, of tasks with classes
 */
export function taskLoss(
  graph: Graph,
  scope: string,
  task: LearningTask,
  of: {
    readonly output: Tensor;
    readonly labels: Tensor;
    readonly target: Tensor | null;
    readonly objective?: Objective | undefined;
    readonly mixture?: Mixture | null;
  },
): Counted {
  const { output, labels, target, objective = CROSS_ENTROPY, mixture = null } = of;
  switch (task.kind) {
    case 'classify':
    case 'rotation':
    case 'corruption':
      return lossAndHits(graph, scope, output, labels, objective, mixture);
    case 'pairs':
      return pairLoss(graph, scope, output, labels, task.margin);
    case 'ranking':
      return rankingLoss(graph, scope, output, labels, task.margin);
    case 'autoencoder': {
      if (!target) throw new TypeError('There is nothing to reconstruct.');
      const values = output.shape.slice(1).reduce((product, size) => product * size, 1);
      const flat = (name: string, tensor: Tensor): Tensor => reshape(graph, `${scope}/${name}`, tensor, [-1, values]);
      return {
        losses: meanSquaredError(graph, `${scope}/loss/error`, flat('reconstruction', output), flat('target', target)),
        hits: graph.constant(`${scope}/hits`, 'float32', [], 0),
      };
    }
  }
}

/** Sets a share of the elements to zero and leaves the others as they are. @param seed as `dropout` takes it */
export function masked(graph: Graph, name: string, input: Tensor, rate: number, seed: Tensor): Tensor {
  return scale(graph, name, dropout(graph, `${name}/dropped`, input, { rate, seed }), 1 - rate);
}

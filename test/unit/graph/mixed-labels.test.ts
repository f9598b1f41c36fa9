import { describe, expect, it } from 'vitest';
import { Graph } from '../../../src/engine/graph/graph.ts';
import { exampleWeights, lossAndHits, type Objective } from '../../../src/engine/graph/loss.ts';
import { floats, integers, loadGraph } from '../../support/graph-session.ts';

const LOGITS = [[2, -1, 0.5], [0, 3, 1], [-2, 0, 1]] as const; // prettier-ignore
const LABELS = [0, 2, 1] as const;
const PARTNERS = [1, 2, 0] as const;
const SHARES = [0.3, 0.5, 0.8] as const;
const CLASS_WEIGHTS = [1, 2, 4] as const;

function compute(objective: Objective, isMixed: boolean) {
  const graph = new Graph();
  const logits = graph.placeholder('logits', 'float32', [-1, 3]);
  const labels = graph.placeholder('labels', 'int32', [-1]);
  const partners = graph.placeholder('partners', 'int32', [-1]);
  const share = graph.placeholder('share', 'float32', [-1]);
  const mixture = isMixed ? { partners, share } : null;
  const outputs = {
    ...lossAndHits(graph, 'op', logits, labels, objective, mixture),
    weights: exampleWeights(graph, 'weights', labels, CLASS_WEIGHTS, mixture),
  };
  using session = loadGraph(graph, { run: { inputs: { logits, labels, partners, share }, outputs } });
  const found = session.run('run', {
    logits: floats([3, 3], LOGITS.flat()),
    labels: integers([3], LABELS),
    partners: integers([3], PARTNERS),
    share: floats([3], SHARES),
  });
  return Object.fromEntries(Object.entries(found).map(([name, { data }]) => [name, [...data].map(Number)]));
}

/** -sum(target * log(softmax(logits))), written down plainly. */
function crossEntropy(row: number, targets: readonly number[]): number {
  const logits: readonly number[] = LOGITS[row] ?? [];
  const total = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0));
  return -logits.reduce((sum, logit, index) => sum + (targets[index] ?? 0) * (logit - total), 0);
}

describe('the labels of mixed images', () => {
  it.each([0, 0.1])('are mixed by the shares of the images, smoothed by %f', (labelSmoothing) => {
    const target = (label: number, index: number): number =>
      (index === label ? 1 - labelSmoothing : 0) + labelSmoothing / 3;
    const { losses } = compute({ loss: 'crossEntropy', labelSmoothing }, true);
    expect(losses).toHaveLength(3);
    losses?.forEach((loss, row) => {
      const own = LABELS[row] ?? NaN;
      const other = LABELS[PARTNERS[row] ?? NaN] ?? NaN;
      const share = SHARES[row] ?? NaN;
      const targets = [0, 1, 2].map((index) => (1 - share) * target(own, index) + share * target(other, index));
      expect(loss).toBeCloseTo(crossEntropy(row, targets), 5);
    });
  });

  it('count as hit by the one with the larger share, the own where both are alike, and weigh by their shares', () => {
    const objective = { loss: 'crossEntropy', labelSmoothing: 0 } as const;
    const mixed = compute(objective, true);
    // Predicted are 0, 1 and 2; the labels that count 0, 2 and 0.
    expect(mixed['hits']).toEqual([1]);
    [0.7 * 1 + 0.3 * 4, 0.5 * 4 + 0.5 * 2, 0.2 * 2 + 0.8 * 1].forEach((weight, row) =>
      expect(mixed['weights']?.[row]).toBeCloseTo(weight, 5),
    );
    expect(compute(objective, false)['weights']).toEqual([1, 4, 2]);
  });
});

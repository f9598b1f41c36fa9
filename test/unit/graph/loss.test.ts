import { describe, expect, it } from 'vitest';
import { Graph, type Tensor } from '../../../src/engine/graph/graph.ts';
import {
  classProbabilities,
  exampleWeights,
  lossAndHits,
  meanLoss,
  type Objective,
} from '../../../src/engine/graph/loss.ts';
import { checkGradients } from '../../support/finite-differences.ts';
import { floats, integers, loadGraph } from '../../support/graph-session.ts';

const VALUES = [-3, -0.5, 0.25, 4, 60, -60];
const LABELS = [0, 1, 1, 0, 1, 0];
const OBJECTIVES: readonly Objective[] = [
  { loss: 'crossEntropy', labelSmoothing: 0 },
  { loss: 'crossEntropy', labelSmoothing: 0.2 },
  { loss: 'meanSquaredError', labelSmoothing: 0 },
  { loss: 'meanSquaredError', labelSmoothing: 0.2 },
];

/** What both heads make of the same two classes: a single logit x, and the pair of 0 and x. */
function counted(width: 1 | 2): Record<string, ArrayLike<number>> {
  const graph = new Graph();
  const logits = graph.placeholder('logits', 'float32', [-1, width]);
  const labels = graph.placeholder('labels', 'int32', [-1]);
  const { losses, hits } = lossAndHits(graph, 'test', logits, labels);
  const outputs: Record<string, Tensor> = { losses, hits, probabilities: classProbabilities(graph, 'p', logits) };
  using session = loadGraph(graph, { run: { inputs: { logits, labels }, outputs } });
  const pairs = VALUES.flatMap((value) => (width === 1 ? [value] : [0, value]));
  const results = session.run('run', {
    logits: floats([VALUES.length, width], pairs),
    labels: integers([LABELS.length], LABELS),
  });
  expect(results['probabilities']?.shape).toEqual([VALUES.length, 2]);
  expect(results['losses']?.shape).toEqual([VALUES.length]);
  return Object.fromEntries(
    Object.entries(results).map(([name, { data }]) => [name, Float32Array.from(data as Float32Array)]),
  );
}

describe('a sigmoid of one logit', () => {
  it('counts and tells what a softmax of 0 and that logit does', () => {
    const [sigmoid, softmax] = [counted(1), counted(2)];
    expect(sigmoid['hits']?.[0]).toBe(4);
    for (const [name, expected] of Object.entries(softmax)) {
      expect(sigmoid[name]?.length).toBe(expected.length);
      Array.from(expected).forEach((value, index) =>
        expect(sigmoid[name]?.[index], `${name}[${index}]`).toBeCloseTo(value, 5),
      );
    }
  });

  it('tells small probabilities apart from none', () => {
    const probabilities = counted(1)['probabilities'] ?? [];
    expect(probabilities[8]).toBeGreaterThan(0);
    expect(probabilities[8]).toBeLessThan(1e-25);
    expect(probabilities[11]).toBeGreaterThan(0);
    expect(probabilities[6]).toBeCloseTo(1 / (1 + Math.exp(4)), 7);
  });

  it.each(OBJECTIVES)('has the gradient of finite differences: %j', (objective) => {
    checkGradients({
      inputs: [{ shape: [4, 1] }],
      build: (graph, logits) =>
        lossAndHits(graph, 'test', logits, graph.constant('labels', 'int32', [4], [1, 0, 0, 1]), objective).losses,
    });
  });
});

describe('the loss of several classes', () => {
  it.each(OBJECTIVES)('has the gradient of finite differences, examples weighing differently: %j', (objective) => {
    checkGradients({
      inputs: [{ shape: [4, 3] }],
      build: (graph, logits) => {
        const labels = graph.constant('labels', 'int32', [4], [1, 0, 2, 1]);
        const { losses } = lossAndHits(graph, 'test', logits, labels, objective);
        return meanLoss(graph, 'mean', losses, exampleWeights(graph, 'weights', labels, [0.5, 2, 1]));
      },
    });
  });

  it('of smoothed labels is the share of the label plus an equal share of every class', () => {
    const graph = new Graph();
    const logits = graph.placeholder('logits', 'float32', [-1, 3]);
    const labels = graph.placeholder('labels', 'int32', [-1]);
    const objective = { loss: 'crossEntropy', labelSmoothing: 0.3 } as const;
    const { losses } = lossAndHits(graph, 'test', logits, labels, objective);
    using session = loadGraph(graph, { run: { inputs: { logits, labels }, outputs: { losses } } });
    const found = session.run('run', { logits: floats([1, 3], [1, 2, 4]), labels: integers([1], [1]) });
    const total = Math.log(Math.exp(1) + Math.exp(2) + Math.exp(4));
    const [first, second, third] = [total - 1, total - 2, total - 4];
    expect(found['losses']?.data[0]).toBeCloseTo(0.7 * second + 0.1 * (first + second + third), 5);
  });

  it('divides by the number of examples, whatever they weigh', () => {
    const graph = new Graph();
    const labels = graph.placeholder('labels', 'int32', [-1]);
    const losses = graph.placeholder('losses', 'float32', [-1]);
    const outputs = { mean: meanLoss(graph, 'mean', losses, exampleWeights(graph, 'weights', labels, [0.5, 4])) };
    using session = loadGraph(graph, { run: { inputs: { losses, labels }, outputs } });
    const found = session.run('run', { losses: floats([3], [2, 1, 6]), labels: integers([3], [0, 1, 0]) });
    expect(found['mean']?.data[0]).toBeCloseTo((0.5 * 2 + 4 * 1 + 0.5 * 6) / 3, 6);
  });
});

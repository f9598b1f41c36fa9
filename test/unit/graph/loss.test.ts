import { describe, expect, it } from 'vitest';
import { Graph, type Tensor } from '../../../src/engine/graph/graph.ts';
import { classProbabilities, lossAndHits } from '../../../src/engine/graph/loss.ts';
import { checkGradients } from '../../support/finite-differences.ts';
import { floats, integers, loadGraph } from '../../support/graph-session.ts';

const VALUES = [-3, -0.5, 0.25, 4, 60, -60];
const LABELS = [0, 1, 1, 0, 1, 0];

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

  it('has a loss with the gradient of finite differences', () => {
    checkGradients({
      inputs: [{ shape: [4, 1] }],
      build: (graph, logits) =>
        lossAndHits(graph, 'test', logits, graph.constant('labels', 'int32', [4], [1, 0, 0, 1])).losses,
    });
  });
});

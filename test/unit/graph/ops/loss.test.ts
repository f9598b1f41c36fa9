import { describe, expect, it } from 'vitest';
import { Graph } from '../../../../src/engine/graph/graph.ts';
import { correctBinaryPredictions, correctPredictions } from '../../../../src/engine/graph/ops/correct-predictions.ts';
import { sigmoidCrossEntropy } from '../../../../src/engine/graph/ops/sigmoid-cross-entropy.ts';
import { softmaxCrossEntropy } from '../../../../src/engine/graph/ops/softmax-cross-entropy.ts';
import { checkGradients } from '../../../support/finite-differences.ts';
import { evaluate, floats, integers } from '../../../support/graph-session.ts';

const logitsInput = { shape: [4, 3], batched: true };

describe('softmax cross-entropy', () => {
  it('has the gradient of finite differences', () => {
    checkGradients({
      inputs: [logitsInput],
      build: (graph, logits) =>
        softmaxCrossEntropy(graph, 'op', logits, graph.constant('labels', 'int32', [4], [2, 0, 1, 1])),
    });
  });

  it('is -log of the probability of the label, also of logits that overflow', () => {
    const graph = new Graph();
    const logits = graph.placeholder('logits', 'float32', [-1, 2]);
    const labels = graph.placeholder('labels', 'int32', [-1]);
    const losses = softmaxCrossEntropy(graph, 'op', logits, labels);
    const { data, shape } = evaluate(graph, losses, {
      logits: [logits, floats([3, 2], [1, 1, 0, 3, 1000, 0])],
      labels: [labels, integers([3], [0, 0, 1])],
    });
    expect(shape).toEqual([3]);
    expect(data[0]).toBeCloseTo(Math.log(2), 6);
    expect(data[1]).toBeCloseTo(Math.log(1 + Math.exp(3)), 6);
    expect(data[2]).toBe(1000);
  });

  it('refuses labels that are not int32 [batch]', () => {
    const graph = new Graph();
    const logits = graph.placeholder('logits', 'float32', [-1, 2]);
    const labels = graph.placeholder('labels', 'float32', [-1]);
    expect(() => softmaxCrossEntropy(graph, 'loss', logits, labels)).toThrow("'loss' needs logits of [batch, classes]");
  });
});

describe('sigmoid cross-entropy', () => {
  it('has the gradient of finite differences', () => {
    checkGradients({
      inputs: [{ shape: [4, 3] }],
      build: (graph, logits) => {
        const labels = [1, 0, 0.5, 0, 1, 1, 0, 0, 1, 0.2, 1, 0];
        return sigmoidCrossEntropy(graph, 'op', logits, graph.constant('labels', 'float32', [4, 3], labels));
      },
    });
  });

  it('is the mean over the units of an example, also of logits that overflow', () => {
    const graph = new Graph();
    const logits = graph.placeholder('logits', 'float32', [-1, 2]);
    const labels = graph.placeholder('labels', 'float32', [-1, 2]);
    const losses = sigmoidCrossEntropy(graph, 'op', logits, labels);
    const { data } = evaluate(graph, losses, {
      logits: [logits, floats([2, 2], [0, 2, 1000, -1000])],
      labels: [labels, floats([2, 2], [1, 0, 0, 0])],
    });
    expect(data[0]).toBeCloseTo((Math.log(2) + Math.log(1 + Math.exp(2))) / 2, 6);
    expect(data[1]).toBe(500);
  });
});

describe('correct predictions', () => {
  it('are those whose highest logit is that of the label', () => {
    const graph = new Graph();
    const logits = graph.placeholder('logits', 'float32', [-1, 3]);
    const labels = graph.placeholder('labels', 'int32', [-1]);
    const { data } = evaluate(graph, correctPredictions(graph, 'op', logits, labels), {
      logits: [logits, floats([4, 3], [1, 2, 3, 3, 2, 1, 0, 0, 0, -1, -2, -3])],
      labels: [labels, integers([4], [2, 1, 0, 0])],
    });
    expect([...data]).toEqual([1, 0, 1, 1]);
  });
  it('of a single logit are those above 0 of label 1, and the others of label 0', () => {
    const graph = new Graph();
    const logits = graph.placeholder('logits', 'float32', [-1, 1]);
    const labels = graph.placeholder('labels', 'int32', [-1]);
    const { data } = evaluate(graph, correctBinaryPredictions(graph, 'op', logits, labels), {
      logits: [logits, floats([6, 1], [2, 2, -2, -2, 0, 0])],
      labels: [labels, integers([6], [1, 0, 1, 0, 1, 0])],
    });
    expect([...data]).toEqual([1, 0, 0, 1, 0, 1]);
    const wide = graph.placeholder('wide', 'float32', [-1, 2]);
    expect(() => correctBinaryPredictions(graph, 'hits', wide, labels)).toThrow("'hits' needs logits of [batch, 1]");
  });
});

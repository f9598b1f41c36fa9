import { describe, expect, it } from 'vitest';
import { gradients } from '../../../../src/engine/graph/gradient.ts';
import { Graph, type Tensor } from '../../../../src/engine/graph/graph.ts';
import { contrastiveLoss } from '../../../../src/engine/graph/ops/contrastive-loss.ts';
import { correctBinaryPredictions, correctPredictions } from '../../../../src/engine/graph/ops/correct-predictions.ts';
import { marginRankingLoss } from '../../../../src/engine/graph/ops/margin-ranking-loss.ts';
import { meanSquaredError } from '../../../../src/engine/graph/ops/mean-squared-error.ts';
import { oneHot } from '../../../../src/engine/graph/ops/one-hot.ts';
import { sigmoidCrossEntropy } from '../../../../src/engine/graph/ops/sigmoid-cross-entropy.ts';
import {
  softmaxCrossEntropy,
  softmaxCrossEntropyOfTargets,
} from '../../../../src/engine/graph/ops/softmax-cross-entropy.ts';
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

describe('softmax cross-entropy of targets that share 1 among the classes', () => {
  const targets = [0.1, 0.2, 0.7, 1, 0, 0, 0.25, 0.5, 0.25, 0, 0.5, 0.5];

  it('has the gradient of finite differences', () => {
    checkGradients({
      inputs: [{ shape: [4, 3] }],
      build: (graph, logits) =>
        softmaxCrossEntropyOfTargets(graph, 'op', logits, graph.constant('targets', 'float32', [4, 3], targets)),
    });
  });

  it('is that of labels where the targets are these', () => {
    const graph = new Graph();
    const logits = graph.placeholder('logits', 'float32', [-1, 3]);
    const labels = graph.placeholder('labels', 'int32', [-1]);
    const rows = oneHot(graph, 'rows', labels, { classes: 3, on: 1, off: 0 });
    const feeds = {
      logits: [logits, floats([2, 3], [1, -2, 0.5, 900, 0, -900])],
      labels: [labels, integers([2], [2, 0])],
    } as const;
    const found = evaluate(graph, softmaxCrossEntropyOfTargets(graph, 'dense', logits, rows), feeds).data;
    const expected = evaluate(graph, softmaxCrossEntropy(graph, 'sparse', logits, labels), feeds).data;
    expect(found).toEqual(expected);
  });

  it('refuses targets of another shape', () => {
    const graph = new Graph();
    const logits = graph.placeholder('logits', 'float32', [-1, 3]);
    const wrong = graph.placeholder('targets', 'float32', [-1, 2]);
    expect(() => softmaxCrossEntropyOfTargets(graph, 'loss', logits, wrong)).toThrow(
      "'loss' needs logits and targets of [batch, classes] and of one type; received float32 [-1, 3] and float32 [-1, 2]",
    );
    expect(() => oneHot(graph, 'rows', wrong, { classes: 3, on: 1, off: 0 })).toThrow("'rows' needs int32 labels");
  });
});

describe('mean squared error', () => {
  it('has the gradients of finite differences, by predictions and by targets', () => {
    checkGradients({
      inputs: [
        { shape: [4, 3], batched: true },
        { shape: [4, 3], batched: true },
      ],
      build: (graph, predictions, targets) => meanSquaredError(graph, 'op', predictions, targets),
    });
  });

  it('is the mean over the units of an example', () => {
    const graph = new Graph();
    const predictions = graph.placeholder('predictions', 'float32', [-1, 2]);
    const targets = graph.placeholder('targets', 'float32', [-1, 2]);
    const { data } = evaluate(graph, meanSquaredError(graph, 'op', predictions, targets), {
      predictions: [predictions, floats([2, 2], [0.5, 0.25, 1, 0])],
      targets: [targets, floats([2, 2], [1, 0, 1, 0])],
    });
    expect([...data]).toEqual([(0.25 + 0.0625) / 2, 0]);
    const wide = graph.placeholder('wide', 'float32', [-1, 3]);
    expect(() => meanSquaredError(graph, 'loss', predictions, wide)).toThrow("'loss' needs predictions and targets");
  });
});

describe('contrastive loss', () => {
  const pairs = (graph: Graph, batch: number, features: number) => ({
    first: graph.placeholder('first', 'float32', [batch, features]),
    second: graph.placeholder('second', 'float32', [batch, features]),
    alike: graph.placeholder('alike', 'float32', [batch, 1]),
  });

  it('has the gradients of finite differences, by either of a pair and by whether they are alike', () => {
    checkGradients({
      inputs: [
        { shape: [6, 3], batched: true },
        { shape: [6, 3], batched: true },
        { shape: [6, 1], batched: true },
      ],
      build: (graph, first, second, alike) => contrastiveLoss(graph, 'op', { first, second, alike }, 3),
    });
  });

  it('draws together what is alike, and pushes what is not as far as the margin', () => {
    const graph = new Graph();
    const given = pairs(graph, -1, 2);
    const { data, shape } = evaluate(graph, contrastiveLoss(graph, 'op', given, 6), {
      first: [given.first, floats([3, 2], [3, 0, 3, 0, 9, 0])],
      second: [given.second, floats([3, 2], [0, 4, 0, 4, 0, 0])],
      alike: [given.alike, floats([3, 1], [1, 0, 0])],
    });
    expect(shape).toEqual([3, 1]);
    expect([...data]).toEqual([25 / 2, 1 / 2, 0]);
  });

  it('has a gradient of 0, not of no number, where two are equal', () => {
    const graph = new Graph();
    const given = pairs(graph, 2, 2);
    const [byFirst] = gradients(graph, contrastiveLoss(graph, 'op', given, 1), [given.first]);
    const { data } = evaluate(graph, byFirst as Tensor, {
      first: [given.first, floats([2, 2], [1, 2, 1, 2])],
      second: [given.second, floats([2, 2], [1, 2, 1, 2])],
      alike: [given.alike, floats([2, 1], [0, 1])],
    });
    expect([...data].map(Math.abs)).toEqual([0, 0, 0, 0]);
  });

  it('refuses pairs of two sizes', () => {
    const graph = new Graph();
    const given = { ...pairs(graph, -1, 2), second: graph.placeholder('wide', 'float32', [-1, 3]) };
    expect(() => contrastiveLoss(graph, 'loss', given, 1)).toThrow(
      "'loss' needs two of [batch, features] and, of their type, whether they are alike, [batch, 1]; received float32 [-1, 2] and float32 [-1, 3] and float32 [-1, 1]",
    );
  });
});

describe('margin ranking loss', () => {
  it('has the gradients of finite differences, by both scores', () => {
    const order = [1, -1, 1, -1, 1, -1];
    checkGradients({
      inputs: [{ shape: [6] }, { shape: [6] }],
      build: (graph, first, second) =>
        marginRankingLoss(graph, 'op', { first, second, order: graph.constant('order', 'float32', [6], order) }, 0.3),
    });
  });

  it('is what the higher score lacks to the margin, and nothing beyond it', () => {
    const graph = new Graph();
    const scores = (name: string) => graph.placeholder(name, 'float32', [-1]);
    const given = { first: scores('first'), second: scores('second'), order: scores('order') };
    const { data } = evaluate(graph, marginRankingLoss(graph, 'op', given, 0.5), {
      first: [given.first, floats([4], [2, 2, 1, 1])],
      second: [given.second, floats([4], [1, 1, 0.75, 0.75])],
      order: [given.order, floats([4], [1, -1, 1, -1])],
    });
    expect([...data]).toEqual([0, 1.5, 0.25, 0.75]);
  });

  it('refuses scores that are no column', () => {
    const graph = new Graph();
    const scores = (name: string, shape: readonly number[]) => graph.placeholder(name, 'float32', shape);
    const given = { first: scores('first', [-1]), second: scores('second', [-1]), order: scores('order', [-1, 1]) };
    expect(() => marginRankingLoss(graph, 'loss', given, 1)).toThrow("'loss' needs two scores and their order");
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
    expect(() => correctBinaryPredictions(graph, 'hits', wide, labels)).toThrow(
      "'hits/predicted' needs logits of [batch, 1]",
    );
  });
});

import { describe, expect, it } from 'vitest';
import { Graph } from '../../../../src/engine/graph/graph.ts';
import { batchNormInference, batchNormTraining } from '../../../../src/engine/graph/ops/batch-norm.ts';
import { checkGradients } from '../../../support/finite-differences.ts';
import { evaluate, floats, randomValues } from '../../../support/graph-session.ts';

const shape = [3, 4, 5, 2];
const pixels = 3 * 4 * 5;
const epsilon = 1e-3;
const movingMean = [0.3, -0.2];
const movingVariance = [0.5, 1.7];

function statistics(graph: Graph) {
  return {
    mean: graph.constant('mean', 'float32', [2], movingMean),
    variance: graph.constant('variance', 'float32', [2], movingVariance),
    epsilon,
  };
}

const input = { shape, batched: true };
const parameter = { shape: [2] };

describe('batch normalisation', () => {
  it('in its frozen form has the gradients of finite differences by input, scale and offset', () => {
    checkGradients({
      inputs: [input, parameter, parameter],
      build: (graph, x, scale, offset) => batchNormInference(graph, 'op', x, { ...statistics(graph), scale, offset }),
    });
  });

  it('in its frozen form has that of finite differences by the input alone, and computes no other', () => {
    let built: Graph | null = null;
    checkGradients({
      inputs: [input],
      build: (graph, x) => {
        built = graph;
        const scale = graph.constant('scale', 'float32', [2], [2, -3]);
        return batchNormInference(graph, 'op', x, { ...statistics(graph), scale, offset: null });
      },
    });
    const ops = (built as Graph | null)?.operations.map(({ op }) => op);
    expect(ops).toContain('Rsqrt');
    expect(ops).not.toContain('FusedBatchNormGradV3');
  });

  it('in training has the gradients of finite differences by input, scale and offset', () => {
    checkGradients({
      inputs: [input, parameter, parameter],
      build: (graph, x, scale, offset) =>
        batchNormTraining(graph, 'op', x, { ...statistics(graph), scale, offset, momentum: 0.9 }).output,
      tolerance: 1e-2,
    });
  });

  it('in training has that of finite differences by the input alone, gamma and beta being frozen', () => {
    checkGradients({
      inputs: [input],
      build: (graph, x) => {
        const scale = graph.constant('scale', 'float32', [2], [2, -3]);
        const options = { ...statistics(graph), scale, offset: null, momentum: 0.9 };
        return batchNormTraining(graph, 'op', x, options).output;
      },
      tolerance: 1e-2,
    });
  });

  it.each([
    ['frozen', batchNormInference],
    [
      'training',
      (
        graph: Graph,
        name: string,
        x: Parameters<typeof batchNormTraining>[2],
        options: Parameters<typeof batchNormInference>[3],
      ) => batchNormTraining(graph, name, x, { ...options, momentum: 0.99 }).output,
    ],
  ] as const)('takes a missing scale for ones and a missing offset for zeros: %s', (_, batchNorm) => {
    const graph = new Graph();
    const x = graph.placeholder('x', 'float32', [-1, 4, 5, 2]);
    const without = batchNorm(graph, 'without', x, { ...statistics(graph), scale: null, offset: null });
    const given = batchNorm(graph, 'given', x, {
      ...statistics(graph),
      scale: graph.constant('scale', 'float32', [2], [1, 1]),
      offset: graph.constant('offset', 'float32', [2], [0, 0]),
    });
    const feed = { x: [x, floats(shape, randomValues(pixels * 2, 5))] } as const;
    expect(evaluate(graph, without, feed).data).toEqual(evaluate(graph, given, feed).data);
  });

  it('by its moving statistics is (x - mean) / sqrt(variance + epsilon) * scale + offset', () => {
    const graph = new Graph();
    const x = graph.placeholder('x', 'float32', [-1, 1, 1, 2]);
    const output = batchNormInference(graph, 'op', x, {
      ...statistics(graph),
      scale: graph.constant('scale', 'float32', [2], [2, 3]),
      offset: graph.constant('offset', 'float32', [2], [-1, 4]),
    });
    const [first = NaN, second = NaN] = evaluate(graph, output, { x: [x, floats([1, 1, 1, 2], [1, 1])] }).data;
    expect(first).toBeCloseTo((2 * (1 - 0.3)) / Math.sqrt(0.5 + epsilon) - 1, 5);
    expect(second).toBeCloseTo((3 * (1 + 0.2)) / Math.sqrt(1.7 + epsilon) + 4, 5);
  });

  it('moves its averages by 1 - momentum, with the corrected variance of the batch', () => {
    const values = randomValues(pixels * 2, 9);
    const graph = new Graph();
    const x = graph.placeholder('x', 'float32', [-1, 4, 5, 2]);
    const options = { ...statistics(graph), scale: null, offset: null, momentum: 0.9 };
    const trained = batchNormTraining(graph, 'op', x, options);
    const feed = { x: [x, floats(shape, values)] } as const;
    const newMean = evaluate(graph, trained.newMean, feed).data;
    const newVariance = evaluate(graph, trained.newVariance, feed).data;
    for (const channel of [0, 1]) {
      const own = values.filter((_, index) => index % 2 === channel);
      const mean = own.reduce((total, value) => total + value, 0) / pixels;
      const squares = own.reduce((total, value) => total + (value - mean) ** 2, 0);
      expect(newMean[channel]).toBeCloseTo(0.9 * (movingMean[channel] ?? NaN) + 0.1 * mean, 5);
      const corrected = squares / (pixels - 1);
      expect(newVariance[channel]).toBeCloseTo(0.9 * (movingVariance[channel] ?? NaN) + 0.1 * corrected, 5);
    }
  });

  it('refuses statistics of other channels', () => {
    const graph = new Graph();
    const x = graph.placeholder('x', 'float32', [-1, 4, 5, 3]);
    expect(() => batchNormInference(graph, 'bn', x, { ...statistics(graph), scale: null, offset: null })).toThrow(
      "'bn' needs scale, offset, mean and variance as float32 of its [channels]",
    );
  });
});

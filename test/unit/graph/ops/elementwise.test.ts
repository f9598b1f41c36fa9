import { describe, expect, it } from 'vitest';
import { Graph } from '../../../../src/engine/graph/graph.ts';
import { add } from '../../../../src/engine/graph/ops/add.ts';
import { biasAdd } from '../../../../src/engine/graph/ops/bias-add.ts';
import { cast } from '../../../../src/engine/graph/ops/cast.ts';
import { globalAveragePool } from '../../../../src/engine/graph/ops/global-average-pool.ts';
import { matMul } from '../../../../src/engine/graph/ops/mat-mul.ts';
import { mean } from '../../../../src/engine/graph/ops/mean.ts';
import { multiply } from '../../../../src/engine/graph/ops/multiply.ts';
import { pad } from '../../../../src/engine/graph/ops/pad.ts';
import { relu } from '../../../../src/engine/graph/ops/relu.ts';
import { relu6 } from '../../../../src/engine/graph/ops/relu6.ts';
import { reshape } from '../../../../src/engine/graph/ops/reshape.ts';
import { scale } from '../../../../src/engine/graph/ops/scale.ts';
import { sigmoid } from '../../../../src/engine/graph/ops/sigmoid.ts';
import { softmax } from '../../../../src/engine/graph/ops/softmax.ts';
import { sumOf } from '../../../../src/engine/graph/ops/sum-of.ts';
import { sum } from '../../../../src/engine/graph/ops/sum.ts';
import { checkGradients, type GradientCheck } from '../../../support/finite-differences.ts';
import { elementsOf, evaluate, floats, randomValues } from '../../../support/graph-session.ts';

const image = { shape: [2, 3, 4, 3], batched: true } as const;
const matrix = { shape: [4, 5], batched: true } as const;

/** Random values that keep away from the places where an activation has no derivative. */
function awayFrom(kinks: readonly number[], shape: readonly number[], spread: number): Float32Array {
  return randomValues(elementsOf(shape), 7).map((value) => {
    const kink = kinks.find((place) => Math.abs(value * spread - place) < 0.05);
    return kink === undefined ? value * spread : kink + 0.1;
  });
}

const gradientCases: Readonly<Record<string, GradientCheck>> = {
  'a sum of two': { inputs: [image, image], build: (graph, a, b) => add(graph, 'op', a, b) },
  'a sum of one with itself': { inputs: [image], build: (graph, a) => add(graph, 'op', a, a) },
  'a sum of many': { inputs: [matrix, matrix, matrix], build: (graph, ...terms) => sumOf(graph, 'op', terms) },
  'a product of two': { inputs: [matrix, matrix], build: (graph, a, b) => multiply(graph, 'op', a, b) },
  'a sum of one that repeats': {
    inputs: [image, { shape: [2, 1, 1, 3], batched: true }],
    build: (graph, a, b) => add(graph, 'op', a, b),
  },
  'a sum of two that both repeat': {
    inputs: [{ shape: [2, 3, 1, 3], batched: true }, { shape: [4, 1] }],
    build: (graph, a, b) => add(graph, 'op', a, b),
  },
  'a product with a weight for each channel': {
    inputs: [image, { shape: [3] }],
    build: (graph, a, b) => multiply(graph, 'op', a, b),
  },
  'a product with a gate for each image': {
    inputs: [{ shape: [2, 1, 1, 3], batched: true }, image],
    build: (graph, a, b) => multiply(graph, 'op', a, b),
  },
  'a product of one value with all': {
    inputs: [matrix, { shape: [] }],
    build: (graph, a, b) => multiply(graph, 'op', a, b),
  },
  'a multiple': { inputs: [matrix], build: (graph, a) => scale(graph, 'op', a, -2.5) },
  'a bias on pixels': {
    inputs: [image, { shape: [3] }],
    build: (graph, input, bias) => biasAdd(graph, 'op', input, bias),
  },
  'a bias on units': {
    inputs: [matrix, { shape: [5] }],
    build: (graph, input, bias) => biasAdd(graph, 'op', input, bias),
  },
  relu: {
    inputs: [{ ...image, values: awayFrom([0], image.shape, 1) }],
    build: (graph, input) => relu(graph, 'op', input),
  },
  relu6: {
    inputs: [{ ...image, values: awayFrom([0, 6], image.shape, 9) }],
    build: (graph, input) => relu6(graph, 'op', input),
  },
  sigmoid: { inputs: [matrix], build: (graph, input) => sigmoid(graph, 'op', input) },
  softmax: { inputs: [matrix], build: (graph, input) => softmax(graph, 'op', input) },
  'padding by hand': {
    inputs: [image],
    build: (graph, input) => pad(graph, 'op', input, { top: 0, bottom: 1, left: 2, right: 3 }),
  },
  'global average pooling': {
    inputs: [image],
    build: (graph, input) => globalAveragePool(graph, 'op', input, { keepDimensions: false }),
  },
  'global average pooling that keeps its dimensions': {
    inputs: [image],
    build: (graph, input) => globalAveragePool(graph, 'op', input, { keepDimensions: true }),
  },
  'a matrix product': {
    inputs: [matrix, { shape: [5, 3] }],
    build: (graph, a, b) => matMul(graph, 'op', a, b),
  },
  'flattening images': { inputs: [image], build: (graph, input) => reshape(graph, 'op', input, [-1, 36]) },
  'reshaping to pixels': { inputs: [matrix], build: (graph, input) => reshape(graph, 'op', input, [-1, 1, 1, 5]) },
  'a sum over all': { inputs: [matrix], build: (graph, input) => sum(graph, 'op', input) },
  'a sum over the middle': { inputs: [image], build: (graph, input) => sum(graph, 'op', input, [1, 2]) },
  'a mean over all, the batch open': { inputs: [image], build: (graph, input) => mean(graph, 'op', input) },
  'a mean over the last': { inputs: [matrix], build: (graph, input) => mean(graph, 'op', input, [1]) },
  'a way through bfloat16': {
    inputs: [matrix],
    build: (graph, input) => cast(graph, 'back', cast(graph, 'op', input, 'bfloat16'), 'float32'),
    step: 0.25,
    tolerance: 3e-2,
  },
};

describe('the gradient equals finite differences', () => {
  it.each(Object.entries(gradientCases))('of %s', (_, check) => {
    checkGradients(check);
  });
});

describe('ops', () => {
  it('refuse shapes that do not fit, naming the op', () => {
    const graph = new Graph();
    const a = graph.placeholder('a', 'float32', [-1, 4]);
    const b = graph.placeholder('b', 'float32', [-1, 5]);
    const sixteenBits = graph.placeholder('c', 'bfloat16', [-1, 4]);
    expect(() => add(graph, 'shortcut', a, b)).toThrow("'shortcut' needs two tensors of one shape");
    expect(() => multiply(graph, 'gate', a, sixteenBits)).toThrow(
      "'gate' needs two tensors of one shape, or of sizes that repeat; received float32 [-1, 4] and bfloat16 [-1, 4]",
    );
    expect(() => matMul(graph, 'dense', a, graph.placeholder('kernel', 'float32', [3, 2]))).toThrow(
      "'dense' needs matrices",
    );
    expect(() => biasAdd(graph, 'bias', a, b)).toThrow("'bias' needs a bias of [channels]");
    expect(() => relu(graph, 'fine', a)).not.toThrow();
    expect(() => globalAveragePool(graph, 'pool', a, { keepDimensions: false })).toThrow("'pool' needs an input of");
    expect(() => reshape(graph, 'flat', graph.placeholder('d', 'float32', [2, 3]), [4, -1])).toThrow("'flat' needs");
  });

  it('give what their names say', () => {
    const graph = new Graph();
    const input = graph.placeholder('input', 'float32', [-1, 3]);
    const feed = { input: [input, floats([1, 3], [-1, 2, 9])] } as const;
    expect([...evaluate(graph, relu6(graph, 'relu6', input), feed).data]).toEqual([0, 2, 6]);
    expect([...evaluate(graph, scale(graph, 'scale', input, 3), feed).data]).toEqual([-3, 6, 27]);
    const total = sum(graph, 'sum', softmax(graph, 'softmax', input));
    expect(evaluate(graph, total, feed).data[0]).toBeCloseTo(1, 6);
  });
});

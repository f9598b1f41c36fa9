import { describe, expect, it } from 'vitest';
import { gradients } from '../../../../src/engine/graph/gradient.ts';
import { Graph, type Kernels } from '../../../../src/engine/graph/graph.ts';
import { conv2d, type Conv2dOptions } from '../../../../src/engine/graph/ops/conv2d.ts';
import { multiply } from '../../../../src/engine/graph/ops/multiply.ts';
import { elementsOf, evaluate, floats, randomValues } from '../../../support/graph-session.ts';

interface Case {
  readonly size: readonly [number, number];
  readonly filter: readonly [number, number, number, number];
  readonly options: Conv2dOptions;
}

/** The gradient of a sum of weighted outputs by the filter, and the ops that it is made of. */
function filterGradient(kernels: Kernels, { size, filter: sizes, options }: Case) {
  const graph = new Graph(kernels);
  const shape = [-1, ...size, sizes[2]];
  const input = graph.placeholder('input', 'float32', shape);
  const filter = graph.placeholder('filter', 'float32', sizes);
  const output = conv2d(graph, 'convolution', input, filter, options);
  const weights = randomValues(elementsOf(output.shape.slice(1)), 3);
  const weighted = multiply(graph, 'weighted', output, graph.constant('weights', 'float32', [1, ...output.shape.slice(1)], weights)); // prettier-ignore
  const [gradient = weighted] = gradients(graph, weighted, [filter]);
  const fed = [3, ...size, sizes[2]];
  const { data, shape: found } = evaluate(graph, gradient, {
    input: [input, floats(fed, randomValues(elementsOf(fed), 1))],
    filter: [filter, floats(sizes, randomValues(elementsOf(sizes), 2))],
  });
  expect(found).toEqual(sizes);
  return { values: data as Float32Array, ops: graph.operations.map(({ op }) => op) };
}

const same = { strides: [1, 1], padding: 'SAME' } as const;

describe('the gradient of a convolution by its filter, position by position', () => {
  it.each<Case>([
    { size: [28, 29], filter: [3, 3, 16, 8], options: same },
    { size: [30, 40], filter: [1, 3, 17, 4], options: same },
    { size: [7, 7], filter: [5, 5, 16, 4], options: same },
    { size: [8, 8], filter: [1, 1, 16, 4], options: same },
    { size: [15, 13], filter: [1, 1, 16, 4], options: { ...same, strides: [2, 2] } },
    { size: [30, 40], filter: [2, 2, 16, 4], options: same },
    { size: [31, 33], filter: [3, 2, 16, 4], options: { strides: [1, 1], padding: 'VALID' } },
    { size: [29, 30], filter: [3, 3, 16, 4], options: { ...same, padding: { top: 2, bottom: 0, left: 1, right: 3 } } },
  ])('is that of the op: $size by $filter', (given) => {
    const own = filterGradient('oneDNN', given);
    const { values: right, ops } = filterGradient('other', given);
    expect(own.ops).not.toContain('Conv2DBackpropFilter');
    expect(ops).toContain('Conv2DBackpropFilter');
    const largest = Math.max(...right.map(Math.abs));
    own.values.forEach((value, index) => {
      expect(Math.abs(value - (right[index] ?? NaN))).toBeLessThan(largest * 1e-5);
    });
  });

  it.each<Case & { readonly what: string }>([
    { what: 'a small image', size: [6, 6], filter: [3, 3, 16, 8], options: same },
    { what: 'few channels', size: [40, 40], filter: [3, 3, 3, 8], options: same },
    { what: 'many positions', size: [40, 40], filter: [7, 7, 16, 4], options: same },
    { what: 'strides', size: [64, 64], filter: [3, 3, 16, 4], options: { ...same, strides: [2, 2] } },
    { what: 'one position on many pixels', size: [40, 40], filter: [1, 1, 16, 4], options: same },
  ])('is left to the op for $what', (given) => {
    expect(filterGradient('oneDNN', given).ops).toContain('Conv2DBackpropFilter');
  });
});

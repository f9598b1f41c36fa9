import { describe, expect, it } from 'vitest';
import { gradients } from '../../../../src/engine/graph/gradient.ts';
import { Graph } from '../../../../src/engine/graph/graph.ts';
import { concatenate } from '../../../../src/engine/graph/ops/concatenate.ts';
import { checkGradients } from '../../../support/finite-differences.ts';
import { evaluate, floats } from '../../../support/graph-session.ts';

describe('concatenation', () => {
  it.each([
    ['images of several channels', [[2, 3, 4, 1], [2, 3, 4, 3], [2, 3, 4, 2]]], // prettier-ignore
    ['vectors', [[4, 2], [4, 5]]], // prettier-ignore
  ] as const)('has the gradient of finite differences: %s', (_, shapes) => {
    checkGradients({
      inputs: shapes.map((shape) => ({ shape, batched: true })),
      build: (graph, ...inputs) => concatenate(graph, 'op', inputs),
    });
  });

  it('has it for an input that comes twice', () => {
    checkGradients({
      inputs: [{ shape: [2, 2, 2, 2], batched: true }],
      build: (graph, input) => concatenate(graph, 'op', [input, input]),
    });
  });

  it('puts channels one after the other, pixel by pixel', () => {
    const graph = new Graph();
    const a = graph.placeholder('a', 'float32', [-1, 1, 2, 1]);
    const b = graph.placeholder('b', 'float32', [-1, 1, 2, 2]);
    const { data, shape } = evaluate(graph, concatenate(graph, 'op', [a, b]), {
      a: [a, floats([1, 1, 2, 1], [1, 2])],
      b: [b, floats([1, 1, 2, 2], [3, 4, 5, 6])],
    });
    expect(shape).toEqual([1, 1, 2, 3]);
    expect([...data]).toEqual([1, 3, 4, 2, 5, 6]);
  });

  it('of one alone is that one', () => {
    const input = new Graph().placeholder('input', 'float32', [-1, 2]);
    expect(concatenate(new Graph(), 'op', [input])).toBe(input);
  });

  it('builds the gradient of what is asked for alone', () => {
    const graph = new Graph();
    const [a, b] = ['a', 'b'].map((name) => graph.placeholder(name, 'float32', [-1, 2])) as [never, never];
    gradients(graph, concatenate(graph, 'op', [a, b]), [b]);
    expect(graph.operations.filter(({ op }) => op === 'Slice').map(({ name }) => name)).toEqual(['gradients/op/1']);
  });

  it('refuses images of other sizes, naming the op', () => {
    const graph = new Graph();
    const image = (size: number) => graph.placeholder('image', 'float32', [-1, size, size, 3]);
    expect(() => concatenate(graph, 'mixed3', [image(4), image(5)])).toThrow(
      "'mixed3' needs tensors that are alike but in their last dimension; received float32 [-1, 4, 4, 3] and float32 [-1, 5, 5, 3]",
    );
  });
});

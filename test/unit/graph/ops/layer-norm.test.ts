import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Graph } from '../../../../src/engine/graph/graph.ts';
import { cast } from '../../../../src/engine/graph/ops/cast.ts';
import { layerNorm } from '../../../../src/engine/graph/ops/layer-norm.ts';
import { checkGradients } from '../../../support/finite-differences.ts';
import { evaluate, floats } from '../../../support/graph-session.ts';

describe('layer normalisation', () => {
  it.each([
    ['images', [2, 3, 2, 5]],
    ['vectors', [3, 6]],
  ] as const)('has the gradients of finite differences by input, scale and offset: %s', (_, shape) => {
    const parameter = { shape: [shape.at(-1) ?? 0] };
    checkGradients({
      inputs: [{ shape, batched: true }, parameter, parameter],
      build: (graph, input, scale, offset) => layerNorm(graph, 'op', input, { scale, offset, epsilon: 1e-3 }),
      tolerance: 1e-2,
    });
  });

  it('has that of finite differences by the input alone, at any shape', () => {
    const shapes = fc.array(fc.integer({ min: 2, max: 5 }), { minLength: 2, maxLength: 4 });
    const property = fc.property(shapes, fc.integer({ min: 1, max: 1000 }), (shape, seed) =>
      checkGradients({
        inputs: [{ shape, batched: true }],
        build: (graph, input) => layerNorm(graph, 'op', input, { scale: null, offset: null, epsilon: 0.1 }),
        tolerance: 1e-2,
        seed,
      }),
    );
    fc.assert(property, { numRuns: 8, seed: 41 });
  });

  const graph = new Graph();
  const input = graph.placeholder('input', 'float32', [-1, 4]);
  const feed = { input: [input, floats([2, 4], [1, 2, 3, 4, -20, 0, 0, 20])] } as const;
  const options = {
    scale: graph.constant('scale', 'float32', [4], [1, 2, 3, 4]),
    offset: graph.constant('offset', 'float32', [4], [0, 0, 10, 0]),
    epsilon: 1e-3,
  };
  const [narrow, wide] = [1 / Math.sqrt(1.25 + 1e-3), 1 / Math.sqrt(200 + 1e-3)];
  const expected = [-1.5 * narrow, -narrow, 1.5 * narrow + 10, 6 * narrow, -20 * wide, 0, 10, 80 * wide];

  it('gives each row a mean of 0 and a variance of 1, then scale and offset', () => {
    const { data } = evaluate(graph, layerNorm(graph, 'op', input, options), feed);
    expected.forEach((value, index) => expect(data[index]).toBeCloseTo(value, 5));
  });

  it('computes bfloat16 in float32', () => {
    const output = layerNorm(graph, 'narrow', cast(graph, 'cast', input, 'bfloat16'), options);
    expect(output.dtype).toBe('bfloat16');
    const { data } = evaluate(graph, cast(graph, 'back', output, 'float32'), feed);
    expected.forEach((value, index) => expect(Math.abs((data[index] ?? NaN) - value)).toBeLessThan(0.05));
  });

  it('refuses parameters for other channels, naming the op', () => {
    const other = { ...options, scale: graph.constant('other', 'float32', [3], 1) };
    expect(() => layerNorm(graph, 'block_1/norm', input, other)).toThrow(
      "'block_1/norm' needs scale and offset as float32 of its [channels]; received float32 [-1, 4] and float32 [3]",
    );
  });
});

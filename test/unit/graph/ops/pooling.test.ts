import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Graph, type Tensor } from '../../../../src/engine/graph/graph.ts';
import { adaptiveAveragePool, adaptiveMaxPool } from '../../../../src/engine/graph/ops/adaptive-pool.ts';
import { averagePool } from '../../../../src/engine/graph/ops/average-pool.ts';
import { maxPool } from '../../../../src/engine/graph/ops/max-pool.ts';
import type { PoolOptions } from '../../../../src/engine/graph/ops/pooling.ts';
import { checkGradients } from '../../../support/finite-differences.ts';
import { elementsOf, evaluate, floats, randomValues } from '../../../support/graph-session.ts';

const kinds = {
  maxPool,
  averagePool,
  averagePoolOfInside: (graph: Graph, name: string, input: Tensor, options: PoolOptions) =>
    averagePool(graph, name, input, { ...options, countPadding: false }),
} as const;

const windows: Readonly<Record<string, PoolOptions>> = {
  'three by three, SAME': { poolSize: [3, 3], strides: [1, 1], padding: 'SAME' },
  'three by three, VALID, stride 2': { poolSize: [3, 3], strides: [2, 2], padding: 'VALID' },
  'two by two, SAME, stride 2': { poolSize: [2, 2], strides: [2, 2], padding: 'SAME' },
  'three by three, padding by hand, stride 2': {
    poolSize: [3, 3],
    strides: [2, 2],
    padding: { top: 1, bottom: 1, left: 1, right: 0 },
  },
  'a window of rows, strides that differ': { poolSize: [3, 1], strides: [2, 1], padding: 'SAME' },
};
const table = Object.entries(windows).flatMap(([name, options]) =>
  Object.entries(kinds).map(([kind, op]) => ({ name, kind, op, options })),
);

/** Values that lie farther apart than differences reach, in an order of chance: no other becomes the largest on the way. */
function apart(shape: readonly number[], seed: number): Float32Array {
  const order = [...randomValues(elementsOf(shape), seed).entries()].sort(([, a], [, b]) => a - b);
  const values = new Float32Array(order.length);
  order.forEach(([index], rank) => (values[index] = (rank - order.length / 2) * 0.05));
  return values;
}

describe('pooling', () => {
  it.each(table)('has the gradient of finite differences: $kind, $name', ({ op, options }) => {
    const shape = [2, 6, 5, 3];
    checkGradients({
      inputs: [{ shape, batched: true, values: apart(shape, 3) }],
      build: (graph, input) => op(graph, 'op', input, options),
    });
  });

  it('has it for any sizes, strides and paddings', () => {
    const side = fc.integer({ min: 1, max: 3 });
    const property = fc.property(
      fc.constantFrom(...Object.values(kinds)),
      fc.tuple(side, fc.integer({ min: 3, max: 7 }), fc.integer({ min: 3, max: 7 }), side),
      fc.tuple(side, side),
      fc.tuple(side, side),
      fc.oneof(
        fc.constantFrom('SAME' as const, 'VALID' as const),
        fc.constantFrom({ top: 1, bottom: 1, left: 1, right: 1 }, { top: 0, bottom: 1, left: 1, right: 0 }),
      ),
      (op, shape, poolSize, strides, padding) => {
        // A padding as wide as its window leaves windows with nothing in them.
        fc.pre(typeof padding === 'string' || Math.min(...poolSize) > 1);
        checkGradients({
          inputs: [{ shape, batched: true, values: apart(shape, 5) }],
          build: (graph, input) => op(graph, 'op', input, { poolSize, strides, padding }),
        });
      },
    );
    fc.assert(property, { numRuns: 24, seed: 21 });
  });

  const row = (op: keyof typeof kinds, options: PoolOptions): readonly number[] => {
    const graph = new Graph();
    const input = graph.placeholder('input', 'float32', [-1, 1, 4, 1]);
    const pooled = kinds[op](graph, 'op', input, options);
    return [...evaluate(graph, pooled, { input: [input, floats([1, 1, 4, 1], [-4, -1, -6, -2])] }).data];
  };
  const three = { poolSize: [1, 3], strides: [1, 1] } as const;

  it('takes the largest, never the zero of a padding', () => {
    expect(row('maxPool', { ...three, padding: 'SAME' })).toEqual([-1, -1, -1, -2]);
    expect(row('maxPool', { ...three, padding: 'VALID' })).toEqual([-1, -1]);
  });

  it('takes the mean of what lies inside the image alone', () => {
    const found = row('averagePool', { ...three, padding: 'SAME' });
    [-5 / 2, -11 / 3, -9 / 3, -8 / 2].forEach((mean, index) => expect(found[index]).toBeCloseTo(mean, 6));
  });

  it('takes a padding by hand for zeros in a mean, or leaves it out, and never for a largest value', () => {
    const padded = { ...three, strides: [1, 2], padding: { top: 0, bottom: 0, left: 1, right: 1 } } as const;
    expect(row('maxPool', padded)).toEqual([-1, -1]);
    [-5 / 3, -9 / 3].forEach((mean, index) => expect(row('averagePool', padded)[index]).toBeCloseTo(mean, 6));
    [-5 / 2, -9 / 3].forEach((mean, index) => expect(row('averagePoolOfInside', padded)[index]).toBeCloseTo(mean, 6));
  });

  it.each(['averagePool', 'averagePoolOfInside'] as const)('refuses windows of padding alone: %s', (op) => {
    const input = new Graph().placeholder('input', 'float32', [-1, 4, 4, 1]);
    const around = { top: 2, bottom: 0, left: 0, right: 0 };
    const options = { poolSize: [2, 2], strides: [1, 1], padding: around } as const;
    expect(() => kinds[op](new Graph(), 'pool1', input, options)).toThrow(
      "'pool1' needs a padding that is smaller than its window; received float32 [-1, 4, 4, 1]",
    );
  });

  it.each(Object.entries(kinds))('refuses what is no image, and windows that leave nothing: %s', (_, op) => {
    const graph = new Graph();
    const options = { poolSize: [3, 3], strides: [1, 1], padding: 'VALID' } as const;
    const flat = graph.placeholder('flat', 'float32', [-1, 4]);
    const small = graph.placeholder('small', 'float32', [-1, 2, 2, 3]);
    expect(() => op(graph, 'pool1', flat, options)).toThrow(
      "'pool1' needs an input of [batch, height, width, channels]",
    );
    expect(() => op(graph, 'pool2', small, options)).toThrow("'pool2' needs an input of at least 3 x 3 pixels");
  });
});

describe('adaptive pooling', () => {
  const adaptive = { adaptiveAveragePool, adaptiveMaxPool } as const;
  const sizes: readonly (readonly [number, number])[] = [
    [1, 1],
    [2, 2],
    [3, 5],
    [4, 3],
    [7, 6],
    [9, 8],
  ];
  const cases = Object.entries(adaptive).flatMap(([name, op]) =>
    sizes.map((outputSize) => ({ name, op, outputSize, size: outputSize.join(' x ') })),
  );

  it.each(cases)('has the gradient of finite differences: $name to $size', ({ op, outputSize }) => {
    const shape = [2, 7, 6, 3];
    checkGradients({
      inputs: [{ shape, batched: true, values: apart(shape, 7) }],
      build: (graph, input) => op(graph, 'op', input, { outputSize }),
    });
  });

  it('has it for any sizes', () => {
    const side = fc.integer({ min: 1, max: 6 });
    const property = fc.property(
      fc.constantFrom(...Object.values(adaptive)),
      fc.tuple(fc.integer({ min: 1, max: 2 }), side, side, fc.integer({ min: 1, max: 3 })),
      fc.tuple(side, side),
      (op, shape, outputSize) => {
        checkGradients({
          inputs: [{ shape, batched: true, values: apart(shape, 9) }],
          build: (graph, input) => op(graph, 'op', input, { outputSize }),
        });
      },
    );
    fc.assert(property, { numRuns: 16, seed: 25 });
  });

  /** What PyTorch's documentation says of each output pixel, one after the other. */
  function parts(values: Float32Array, size: number, count: number): readonly (readonly number[])[] {
    return Array.from({ length: count }, (_, index) => [
      ...values.slice(Math.floor((index * size) / count), Math.ceil(((index + 1) * size) / count)),
    ]);
  }

  it.each([1, 2, 3, 4, 5, 7, 10])(
    'takes means and largest values of parts by the rule of PyTorch: %i of 7',
    (count) => {
      const graph = new Graph();
      const input = graph.placeholder('input', 'float32', [-1, 7, 1, 1]);
      const values = randomValues(7, 11);
      const of = (op: typeof adaptiveMaxPool): readonly number[] => {
        const pooled = op(graph, 'op', input, { outputSize: [count, 1] });
        expect(pooled.shape).toEqual([-1, count, 1, 1]);
        return [...evaluate(graph, pooled, { input: [input, floats([1, 7, 1, 1], values)] }).data] as number[];
      };
      const expected = parts(values, 7, count);
      expect(of(adaptiveMaxPool)).toEqual(expected.map((part) => Math.max(...part)));
      of(adaptiveAveragePool).forEach((found, index) => {
        const part = expected[index] ?? [];
        expect(found).toBeCloseTo(part.reduce((sum, value) => sum + value, 0) / part.length, 6);
      });
    },
  );

  it.each(Object.entries(adaptive))('refuses what is no image, and sizes that are none: %s', (_, op) => {
    const graph = new Graph();
    const flat = graph.placeholder('flat', 'float32', [-1, 4]);
    const image = graph.placeholder('image', 'float32', [-1, 4, 4, 1]);
    expect(() => op(graph, 'pool1', flat, { outputSize: [2, 2] })).toThrow("'pool1' needs an input of");
    expect(() => op(graph, 'pool2', image, { outputSize: [2, 0] })).toThrow(
      "'pool2' needs an output of whole pixels, not 2 x 0; received float32 [-1, 4, 4, 1]",
    );
  });
});

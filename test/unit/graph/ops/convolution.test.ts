import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Graph } from '../../../../src/engine/graph/graph.ts';
import { conv2d } from '../../../../src/engine/graph/ops/conv2d.ts';
import { depthwiseConv2d } from '../../../../src/engine/graph/ops/depthwise-conv2d.ts';
import { pad } from '../../../../src/engine/graph/ops/pad.ts';
import type { WindowOptions } from '../../../../src/engine/graph/ops/window.ts';
import { checkGradients } from '../../../support/finite-differences.ts';
import { evaluate, floats, randomValues } from '../../../support/graph-session.ts';

const kinds = { conv2d, depthwiseConv2d } as const;

const windows: Readonly<Record<string, WindowOptions>> = {
  SAME: { strides: [1, 1], padding: 'SAME' },
  'SAME, stride 2': { strides: [2, 2], padding: 'SAME' },
  'VALID, stride 2': { strides: [2, 2], padding: 'VALID' },
  'padding by hand, as PyTorch does': { strides: [2, 2], padding: { top: 1, bottom: 1, left: 1, right: 1 } },
  'uneven padding, as MobileNet does': { strides: [2, 2], padding: { top: 0, bottom: 1, left: 0, right: 1 } },
};
const table = Object.entries(windows).flatMap(([name, options]) =>
  Object.entries(kinds).map(([kind, op]) => ({ name, kind, op, options })),
);

describe('a convolution', () => {
  it.each(table)('has the gradient of finite differences: $kind, $name', ({ op, options }) => {
    checkGradients({
      inputs: [{ shape: [2, 6, 5, 3], batched: true }, { shape: [3, 3, 3, 2] }],
      build: (graph, input, filter) => op(graph, 'op', input, filter, options),
    });
  });

  it.each([
    ...Object.entries(windows),
    ['VALID', { strides: [1, 1], padding: 'VALID' }],
    ['no padding by hand', { strides: [1, 1], padding: { top: 0, bottom: 0, left: 0, right: 0 } }],
    ['padding by hand', { strides: [1, 1], padding: { top: 1, bottom: 0, left: 1, right: 0 } }],
    ['as many rows out as in, but others', { strides: [2, 2], padding: { top: 3, bottom: 2, left: 2, right: 2 } }],
  ] as [string, WindowOptions][])('has it where the filter is one pixel: %s', (_, options) => {
    checkGradients({
      inputs: [{ shape: [2, 6, 5, 3], batched: true }, { shape: [1, 1, 3, 4] }],
      build: (graph, input, filter) => conv2d(graph, 'op', input, filter, options),
    });
  });

  it('has it for any sizes, strides and paddings', () => {
    const size = fc.integer({ min: 1, max: 3 });
    const stride = fc.integer({ min: 1, max: 2 });
    const side = fc.integer({ min: 0, max: 2 });
    const explicit = fc.record({ top: side, bottom: side, left: side, right: side });
    const property = fc.property(
      fc.constantFrom(...Object.values(kinds)),
      fc.tuple(size, size, fc.integer({ min: 3, max: 7 }), fc.integer({ min: 3, max: 7 })),
      fc.tuple(size, size, size),
      // TensorFlow's depthwise convolution takes one stride for both directions.
      stride.map((both) => [both, both] as const),
      fc.oneof(fc.constantFrom('SAME' as const, 'VALID' as const), explicit),
      (op, [batch, channels, height, width], [rows, columns, filters], strides, padding) =>
        checkGradients({
          inputs: [
            { shape: [batch, height, width, channels], batched: true },
            { shape: [rows, columns, channels, filters] },
          ],
          build: (graph, input, filter) => op(graph, 'op', input, filter, { strides, padding }),
        }),
    );
    fc.assert(property, { numRuns: 12, seed: 20 });
  });

  it.each(Object.entries(kinds))('pads by hand as a padding before it: %s', (_, op) => {
    const graph = new Graph();
    const input = graph.placeholder('input', 'float32', [-1, 6, 5, 2]);
    const filter = graph.constant('filter', 'float32', [3, 3, 2, 2], randomValues(36, 3));
    const padding = { top: 2, bottom: 0, left: 1, right: 2 };
    const feed = { input: [input, floats([1, 6, 5, 2], randomValues(60, 4))] } as const;
    const own = op(graph, 'own', input, filter, { strides: [2, 2], padding });
    const before = op(graph, 'before', pad(graph, 'pad', input, padding), filter, {
      strides: [2, 2],
      padding: 'VALID',
    });
    expect(own.shape).toEqual(before.shape);
    const [found, expected] = [evaluate(graph, own, feed).data, evaluate(graph, before, feed).data];
    found.forEach((value, index) => expect(value).toBeCloseTo(expected[index] ?? NaN, 5));
  });

  it('refuses filters for other channels, and windows that leave nothing', () => {
    const graph = new Graph();
    const input = graph.placeholder('input', 'float32', [-1, 4, 4, 3]);
    const options = { strides: [1, 1], padding: 'VALID' } as const;
    const filter = (shape: readonly number[]) => graph.placeholder('filter', 'float32', shape);
    expect(() => conv2d(graph, 'conv1', input, filter([3, 3, 4, 8]), options)).toThrow("'conv1' needs a filter of");
    expect(() => depthwiseConv2d(graph, 'conv2', input, filter([5, 5, 3, 1]), options)).toThrow(
      "'conv2' needs an input of at least 5 x 5 pixels",
    );
    const uneven = { strides: [1, 2], padding: 'SAME' } as const;
    expect(() => depthwiseConv2d(graph, 'conv3', input, filter([3, 3, 3, 1]), uneven)).toThrow(
      "'conv3' needs one stride for rows and columns, not 1 x 2",
    );
  });
});

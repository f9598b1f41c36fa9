import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Graph } from '../../../../src/engine/graph/graph.ts';
import { biasAdd } from '../../../../src/engine/graph/ops/bias-add.ts';
import { conv2d, type Conv2dOptions } from '../../../../src/engine/graph/ops/conv2d.ts';
import { conv2dTranspose } from '../../../../src/engine/graph/ops/conv2d-transpose.ts';
import { depthwiseConv2d } from '../../../../src/engine/graph/ops/depthwise-conv2d.ts';
import { pad } from '../../../../src/engine/graph/ops/pad.ts';
import { relu } from '../../../../src/engine/graph/ops/relu.ts';
import { separableConv2d } from '../../../../src/engine/graph/ops/separable-conv2d.ts';
import type { WindowOptions } from '../../../../src/engine/graph/ops/window.ts';
import { checkGradients } from '../../../support/finite-differences.ts';
import {
  elementsOf,
  evaluate,
  floats,
  loadGraph,
  randomValues,
  stateSignatures,
} from '../../../support/graph-session.ts';

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

  it.each([
    { size: [8, 8], strides: 2 },
    { size: [9, 12], strides: 3 },
  ])(
    'has it where a filter of one pixel skips pixels: $strides on $size, for odd numbers of channels',
    ({ size, strides }) => {
      checkGradients({
        inputs: [{ shape: [2, ...size, 2], batched: true }, { shape: [1, 1, 2, 3] }],
        build: (graph, input, filter) =>
          conv2d(graph, 'op', input, filter, { strides: [strides, strides], padding: 'SAME' }),
      });
    },
  );

  it('has it where the filter is one pixel and the batch is fixed', () => {
    checkGradients({
      inputs: [{ shape: [2, 6, 5, 3] }, { shape: [1, 1, 3, 4] }],
      build: (graph, input, filter) => conv2d(graph, 'op', input, filter, { strides: [1, 1], padding: 'SAME' }),
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

  const dilated: Readonly<Record<string, Conv2dOptions>> = {
    SAME: { strides: [1, 1], padding: 'SAME', dilations: [2, 2] },
    VALID: { strides: [1, 1], padding: 'VALID', dilations: [2, 1] },
    'padding by hand': { strides: [1, 1], padding: { top: 3, bottom: 0, left: 2, right: 4 }, dilations: [3, 2] },
  };
  it.each(Object.entries(dilated))('has it where the filter is dilated: %s', (_, options) => {
    checkGradients({
      inputs: [{ shape: [2, 7, 6, 3], batched: true }, { shape: [3, 3, 3, 2] }],
      build: (graph, input, filter) => conv2d(graph, 'op', input, filter, options),
    });
  });

  it.each(Object.entries({ ...windows, ...dilated }))('has it where the channels are in groups: %s', (_, options) => {
    checkGradients({
      inputs: [{ shape: [2, 7, 6, 6], batched: true }, { shape: [3, 3, 2, 9] }],
      build: (graph, input, filter) => conv2d(graph, 'op', input, filter, { ...options, groups: 3 }),
    });
  });

  it('has it for any dilations, groups and paddings', () => {
    const [small, side] = [fc.integer({ min: 1, max: 3 }), fc.integer({ min: 0, max: 3 })];
    const explicit = fc.record({ top: side, bottom: side, left: side, right: side });
    const property = fc.property(
      fc.tuple(small, fc.integer({ min: 7, max: 10 }), fc.integer({ min: 7, max: 10 })),
      fc.tuple(small, small, small, small),
      small,
      fc.tuple(small, small),
      fc.oneof(fc.constantFrom('SAME' as const, 'VALID' as const), explicit),
      ([batch, height, width], [rows, columns, channels, filters], groups, dilations, padding) =>
        checkGradients({
          inputs: [
            { shape: [batch, height, width, channels * groups], batched: true },
            { shape: [rows, columns, channels, filters * groups] },
          ],
          build: (graph, input, filter) =>
            conv2d(graph, 'op', input, filter, { strides: [1, 1], padding, dilations, groups }),
        }),
    );
    fc.assert(property, { numRuns: 12, seed: 22 });
  });

  it('sees with a dilated filter what a filter with zeros in between sees', () => {
    const graph = new Graph();
    const input = graph.placeholder('input', 'float32', [-1, 6, 5, 1]);
    const filter = graph.constant('filter', 'float32', [2, 2, 1, 1], [1, 2, 3, 4]);
    const spread = graph.constant('spread', 'float32', [3, 3, 1, 1], [1, 0, 2, 0, 0, 0, 3, 0, 4]);
    const feed = { input: [input, floats([1, 6, 5, 1], randomValues(30, 4))] } as const;
    const options = { strides: [1, 1], padding: 'VALID' } as const;
    const found = conv2d(graph, 'found', input, filter, { ...options, dilations: [2, 2] });
    const expected = conv2d(graph, 'expected', input, spread, options);
    const seen = evaluate(graph, expected, feed).data;
    evaluate(graph, found, feed).data.forEach((value, index) => expect(value).toBeCloseTo(seen[index] ?? NaN, 5));
    expect(found.shape).toEqual(expected.shape);
  });

  it.each([1, 2])('runs with bias and activation, which the runtime fuses where it can: %i groups', (groups) => {
    const graph = new Graph();
    const input = graph.placeholder('input', 'float32', [-1, 5, 5, 4]);
    const filter = graph.variable('filter', [3, 3, 4 / groups, 6]);
    const bias = graph.constant('bias', 'float32', [6], [1, -1, 2, -2, 3, -3]);
    const options = { strides: [1, 1], padding: 'SAME', groups } as const;
    const convolved = conv2d(graph, 'conv', input, filter.value, options);
    const output = relu(graph, 'relu', biasAdd(graph, 'bias_add', convolved, bias));
    const state = stateSignatures(graph, [filter]);
    using session = loadGraph(graph, {
      ...state,
      fused: { inputs: { input }, outputs: { output } },
      plain: { inputs: { input }, outputs: { convolved } },
    });
    session.run('assign', { filter: floats(filter.shape, randomValues(elementsOf(filter.shape), 5)) });
    const feed = { input: floats([2, 5, 5, 4], randomValues(200, 6)) };
    const plain = session.run('plain', feed)['convolved']?.data ?? [];
    const fused = session.run('fused', feed)['output']?.data ?? [];
    expect(fused.length).toBe(300);
    fused.forEach((value, index) => {
      const biased = (plain[index] ?? NaN) + ([1, -1, 2, -2, 3, -3][index % 6] ?? NaN);
      expect(value).toBeCloseTo(Math.max(0, biased), 5);
    });
  });

  it('refuses groups and dilations that do not fit, naming the op', () => {
    const graph = new Graph();
    const input = graph.placeholder('input', 'float32', [-1, 4, 4, 6]);
    const filter = (shape: readonly number[]) => graph.placeholder('filter', 'float32', shape);
    const options = { strides: [1, 1], padding: 'VALID' } as const;
    const three = { ...options, groups: 3 };
    expect(() => conv2d(graph, 'conv1', input, filter([3, 3, 3, 9]), three)).toThrow(
      "'conv1' needs a filter of [rows, columns, channels / 3, filters]",
    );
    expect(() => conv2d(graph, 'conv2', input, filter([3, 3, 2, 8]), three)).toThrow(
      "'conv2' needs as many filters in each of its 3 groups; received float32 [-1, 4, 4, 6] and float32 [3, 3, 2, 8]",
    );
    const wide = { ...options, dilations: [2, 2] } as const;
    expect(() => conv2d(graph, 'conv3', input, filter([3, 3, 6, 8]), wide)).toThrow(
      "'conv3' needs an input of at least 5 x 5 pixels",
    );
    const strided = { ...wide, strides: [2, 2], padding: 'SAME' } as const;
    expect(() => conv2d(graph, 'conv4', input, filter([3, 3, 6, 8]), strided)).toThrow(
      "'conv4' needs strides of 1 for a filter dilated by 2 x 2, not 2 x 2",
    );
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

describe('a separable convolution', () => {
  it.each(Object.entries(windows))(
    'has the gradients of finite differences by both of its filters: %s',
    (_, options) => {
      checkGradients({
        inputs: [{ shape: [2, 6, 5, 3], batched: true }, { shape: [3, 3, 3, 2] }, { shape: [1, 1, 6, 4] }],
        build: (graph, input, depthwise, pointwise) =>
          separableConv2d(graph, 'op', input, { depthwise, pointwise }, options),
      });
    },
  );

  it('refuses a second filter for other channels, naming the op', () => {
    const graph = new Graph();
    const input = graph.placeholder('input', 'float32', [-1, 4, 4, 3]);
    const depthwise = graph.placeholder('depthwise', 'float32', [3, 3, 3, 2]);
    const pointwise = graph.placeholder('pointwise', 'float32', [1, 1, 3, 8]);
    const options = { strides: [1, 1], padding: 'SAME' } as const;
    expect(() => separableConv2d(graph, 'conv1', input, { depthwise, pointwise }, options)).toThrow(
      "'conv1' needs a filter of [rows, columns, channels, filters] with the channels and the type of its input; received float32 [-1, 4, 4, 6] and float32 [1, 1, 3, 8]",
    );
  });
});

describe('a transposed convolution', () => {
  it('has the gradients of finite differences for any sizes, strides and paddings', () => {
    const [small, size] = [fc.integer({ min: 1, max: 3 }), fc.integer({ min: 2, max: 4 })];
    const property = fc.property(
      fc.tuple(small, size, size, small),
      fc.tuple(small, small, small),
      fc.tuple(small, small),
      fc.constantFrom('SAME' as const, 'VALID' as const, { top: 1, bottom: 0, left: 0, right: 1 }),
      (shape, [rows, columns, filters], strides, padding) =>
        checkGradients({
          inputs: [{ shape, batched: true }, { shape: [rows, columns, filters, shape[3]] }],
          build: (graph, input, filter) => conv2dTranspose(graph, 'op', input, filter, { strides, padding }),
        }),
    );
    fc.assert(property, { numRuns: 16, seed: 23 });
  });

  it('spreads each pixel by the filter', () => {
    const graph = new Graph();
    const input = graph.placeholder('input', 'float32', [-1, 1, 2, 1]);
    const filter = graph.constant('filter', 'float32', [1, 3, 1, 1], [1, 10, 100]);
    const spread = (padding: 'SAME' | 'VALID', stride: number): readonly number[] => {
      const output = conv2dTranspose(graph, 'op', input, filter, { strides: [1, stride], padding });
      return [...evaluate(graph, output, { input: [input, floats([1, 1, 2, 1], [1, 2])] }).data];
    };
    expect(spread('VALID', 1)).toEqual([1, 12, 120, 200]);
    expect(spread('VALID', 2)).toEqual([1, 10, 102, 20, 200]);
    expect(spread('VALID', 4)).toEqual([1, 10, 100, 0, 2, 20, 200, 0]);
    expect(spread('SAME', 2)).toEqual([1, 10, 102, 20]);
  });

  it('has them where the output is padded', () => {
    const property = fc.property(
      fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 2, max: 3 }), fc.integer({ min: 0, max: 2 })),
      fc.constantFrom('SAME' as const, 'VALID' as const, { top: 1, bottom: 0, left: 0, right: 1 }),
      ([kernel, stride, added], padding) => {
        // What Keras' own rule for `same` cannot reach is refused.
        fc.pre(added < stride && (padding !== 'SAME' || ((kernel % 2) + added >= 1 && (kernel % 2) + added <= stride)));
        checkGradients({
          inputs: [{ shape: [2, 3, 4, 2], batched: true }, { shape: [kernel, kernel, 3, 2] }],
          build: (graph, input, filter) =>
            conv2dTranspose(graph, 'op', input, filter, {
              strides: [stride, stride],
              padding,
              outputPadding: [added, added],
            }),
        });
      },
    );
    fc.assert(property, { numRuns: 16, seed: 24 });
  });

  it.each([
    { kernel: 3, stride: 2, top: 1, bottom: 1, added: 1 },
    { kernel: 4, stride: 2, top: 1, bottom: 1, added: 0 },
    { kernel: 2, stride: 3, top: 0, bottom: 0, added: 2 },
    { kernel: 5, stride: 3, top: 2, bottom: 1, added: 1 },
  ])('is that of PyTorch with paddings by hand: %j', ({ kernel, stride, top, bottom, added }) => {
    const [size, rows] = [4, [...randomValues(4, 12)]];
    const weights = [...randomValues(kernel, 13)];
    const length = (size - 1) * stride - top - bottom + kernel + added;
    const expected = Array.from({ length }, (_, at) =>
      rows.reduce((sum, value, row) => sum + value * (weights[at + top - row * stride] ?? 0), 0),
    );
    const graph = new Graph();
    const input = graph.placeholder('input', 'float32', [-1, size, 1, 1]);
    const filter = graph.constant('filter', 'float32', [kernel, 1, 1, 1], weights);
    const output = conv2dTranspose(graph, 'op', input, filter, {
      strides: [stride, 1],
      padding: { top, bottom, left: 0, right: 0 },
      outputPadding: [added, 0],
    });
    expect(output.shape).toEqual([-1, length, 1, 1]);
    const { data } = evaluate(graph, output, { input: [input, floats([1, size, 1, 1], rows)] });
    expected.forEach((value, at) => expect(data[at]).toBeCloseTo(value, 5));
  });

  it('refuses filters for other channels, and paddings that leave nothing', () => {
    const graph = new Graph();
    const input = graph.placeholder('input', 'float32', [-1, 1, 1, 3]);
    const filter = (shape: readonly number[]) => graph.placeholder('filter', 'float32', shape);
    const options = { strides: [1, 1], padding: 'VALID' } as const;
    expect(() => conv2dTranspose(graph, 'up1', input, filter([3, 3, 3, 8]), options)).toThrow(
      "'up1' needs a filter of [rows, columns, filters, channels] with the channels and the type of its input; received float32 [-1, 1, 1, 3] and float32 [3, 3, 3, 8]",
    );
    const cut = { ...options, padding: { top: 1, bottom: 0, left: 0, right: 0 } };
    expect(() => conv2dTranspose(graph, 'up2', input, filter([1, 1, 8, 3]), cut)).toThrow(
      "'up2' needs an input of which its padding leaves a pixel",
    );
    const beyond = { strides: [2, 2], padding: 'SAME', outputPadding: [2, 0] } as const;
    expect(() => conv2dTranspose(graph, 'up3', input, filter([3, 3, 8, 3]), beyond)).toThrow(
      "'up3' needs an input of which its padding leaves a pixel, and an output padding below its strides",
    );
  });
});

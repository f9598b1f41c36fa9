import { describe, expect, it } from 'vitest';
import { gradients } from '../../../../src/engine/graph/gradient.ts';
import { Graph, type Tensor } from '../../../../src/engine/graph/graph.ts';
import { averagePool } from '../../../../src/engine/graph/ops/average-pool.ts';
import { cast } from '../../../../src/engine/graph/ops/cast.ts';
import { conv2dTranspose } from '../../../../src/engine/graph/ops/conv2d-transpose.ts';
import { conv2d } from '../../../../src/engine/graph/ops/conv2d.ts';
import { elu } from '../../../../src/engine/graph/ops/elu.ts';
import { gelu, geluTanh } from '../../../../src/engine/graph/ops/gelu.ts';
import { hardSwish } from '../../../../src/engine/graph/ops/hard-swish.ts';
import { layerNorm } from '../../../../src/engine/graph/ops/layer-norm.ts';
import { leakyRelu } from '../../../../src/engine/graph/ops/leaky-relu.ts';
import { localResponseNorm } from '../../../../src/engine/graph/ops/local-response-norm.ts';
import { maxPool } from '../../../../src/engine/graph/ops/max-pool.ts';
import { multiply } from '../../../../src/engine/graph/ops/multiply.ts';
import { reflectPad } from '../../../../src/engine/graph/ops/reflect-pad.ts';
import { resize } from '../../../../src/engine/graph/ops/resize.ts';
import { selu } from '../../../../src/engine/graph/ops/selu.ts';
import { slice } from '../../../../src/engine/graph/ops/slice.ts';
import { softmax } from '../../../../src/engine/graph/ops/softmax.ts';
import { swish } from '../../../../src/engine/graph/ops/swish.ts';
import { tanh } from '../../../../src/engine/graph/ops/tanh.ts';
import { transpose } from '../../../../src/engine/graph/ops/transpose.ts';
import { elementsOf, floats, loadGraph, randomValues } from '../../../support/graph-session.ts';

type Build = (graph: Graph, input: Tensor, filter: Tensor) => Tensor;

const around = { top: 1, bottom: 1, left: 1, right: 1 };
const one = { strides: [1, 1], padding: 'SAME' } as const;
const pool = { poolSize: [3, 3], strides: [2, 2], padding: around } as const;
const simple = { elu, gelu, geluTanh, hardSwish, leakyRelu, selu, softmax, swish, tanh };

/** Ops on images of 6 x 5 pixels with 4 channels, and a filter of 3 x 3 x 4 x 4. */
const ops: Readonly<Record<string, Build>> = {
  ...Object.fromEntries(
    Object.entries(simple).map(([name, op]): [string, Build] => [name, (graph, input) => op(graph, 'op', input)]),
  ),
  'dilated convolution': (graph, input, filter) => conv2d(graph, 'op', input, filter, { ...one, dilations: [2, 2] }),
  'convolution in groups': (graph, input, filter) =>
    conv2d(graph, 'op', input, slice(graph, 'half', filter, [0, 0, 0, 0], [3, 3, 2, 4]), { ...one, groups: 2 }),
  'transposed convolution': (graph, input, filter) =>
    conv2dTranspose(graph, 'op', input, filter, { strides: [2, 2], padding: 'SAME' }),
  'a gate for each image': (graph, input) =>
    multiply(graph, 'op', input, slice(graph, 'gate', input, [0, 2, 2, 0], [-1, 1, 1, 4])),
  'layer normalisation': (graph, input) => layerNorm(graph, 'op', input, { scale: null, offset: null, epsilon: 0.1 }),
  'local response normalisation': (graph, input) =>
    localResponseNorm(graph, 'op', input, { depthRadius: 1, bias: 1, alpha: 1, beta: 0.75 }),
  'largest values': (graph, input) => maxPool(graph, 'op', input, pool),
  means: (graph, input) => averagePool(graph, 'op', input, { ...pool, countPadding: false }),
  reflection: (graph, input) => reflectPad(graph, 'op', input, around),
  'resizing bilinearly': (graph, input) =>
    resize(graph, 'op', input, { height: 9, width: 4, interpolation: 'bilinear' }),
  'resizing to the nearest': (graph, input) =>
    resize(graph, 'op', input, { height: 9, width: 4, interpolation: 'nearest' }),
  slicing: (graph, input) => slice(graph, 'op', input, [0, 1, 1, 1], [-1, 3, 3, 3]),
  transposition: (graph, input) => transpose(graph, 'op', input, [0, 3, 2, 1]),
};

describe('in bfloat16', () => {
  const [shape, filterShape] = [[2, 6, 5, 4], [3, 3, 4, 4]]; // prettier-ignore
  // Of numbers that bfloat16 holds exactly, only the computing differs.
  const values = (sizes: readonly number[], seed: number): Float32Array =>
    randomValues(elementsOf(sizes), seed).map((value) => Math.round(value * 64) / 64);
  const feeds = { input: floats(shape, values(shape, 5)), filter: floats(filterShape, values(filterShape, 6)) };

  const compute = (build: Build, dtype: 'float32' | 'bfloat16') => {
    const graph = new Graph();
    const input = graph.placeholder('input', 'float32', [-1, ...shape.slice(1)]);
    const filter = graph.placeholder('filter', 'float32', filterShape);
    const narrow = build(graph, cast(graph, 'input/cast', input, dtype), cast(graph, 'filter/cast', filter, dtype));
    expect(narrow.dtype).toBe(dtype);
    const output = cast(graph, 'output', narrow, 'float32');
    // Squares, so that not every gradient is a sum that comes to nothing.
    const [gradient = output] = gradients(graph, multiply(graph, 'squares', output, output), [input]);
    using session = loadGraph(graph, { run: { inputs: { input, filter }, outputs: { output, gradient } } });
    return session.run('run', feeds);
  };

  it.each(Object.entries(ops))('an op and its gradient are those of float32, to its precision: %s', (_, build) => {
    const [wide, narrow] = [compute(build, 'float32'), compute(build, 'bfloat16')];
    for (const name of ['output', 'gradient']) {
      const expected = Float64Array.from(wide[name]?.data ?? [], Number);
      const found = Float64Array.from(narrow[name]?.data ?? [], Number);
      const scale = Math.sqrt(expected.reduce((sum, value) => sum + value * value, 0) / expected.length);
      const error = Math.sqrt(
        expected.reduce((sum, value, index) => sum + (value - (found[index] ?? NaN)) ** 2, 0) / expected.length,
      );
      expect(scale, name).toBeGreaterThan(0);
      expect(error / scale, name).toBeLessThan(2e-2);
    }
  });
});

import { describe, expect, it } from 'vitest';
import { gradients } from '../../../src/engine/graph/gradient.ts';
import { Graph, type Kernels } from '../../../src/engine/graph/graph.ts';
import { conv2d } from '../../../src/engine/graph/ops/conv2d.ts';
import { localResponseNorm } from '../../../src/engine/graph/ops/local-response-norm.ts';
import { checkAllFinite } from '../../../src/engine/graph/ops/non-finite.ts';
import { evaluate, floats, randomValues } from '../../support/graph-session.ts';

const operationsOf = (graph: Graph, prefix: string): readonly string[] =>
  graph.operations.filter(({ name, op }) => name.startsWith(prefix) && op !== 'Const').map(({ op }) => op);

describe('the gradient of a convolution by one pixel', () => {
  const SHAPE = [2, 4, 5, 3] as const;
  const build = (kernels: Kernels) => {
    const graph = new Graph(kernels);
    const input = graph.placeholder('input', 'float32', [-1, ...SHAPE.slice(1)]);
    const filter = graph.constant('filter', 'float32', [1, 1, 3, 4], randomValues(12, 3));
    const output = conv2d(graph, 'op', input, filter, { strides: [1, 1], padding: 'VALID' });
    const [gradient] = gradients(graph, output, [input]);
    if (!gradient) throw new TypeError('A convolution has a gradient.');
    return { graph, input, gradient };
  };

  it('is the op itself on a GPU, and a matrix product elsewhere', () => {
    expect(operationsOf(build('cuDNN').graph, 'gradients/op/')).toContain('Conv2DBackpropInput');
    for (const kernels of ['oneDNN', 'other'] as const) {
      const own = operationsOf(build(kernels).graph, 'gradients/op/');
      expect(own).toContain('MatMul');
      expect(own).not.toContain('Conv2DBackpropInput');
    }
  });

  it('is the same either way', () => {
    const images = floats(
      SHAPE,
      randomValues(
        SHAPE.reduce<number>((product, size) => product * size, 1),
        4,
      ),
    );
    const [one, other] = (['cuDNN', 'other'] as const).map((kernels) => {
      const { graph, input, gradient } = build(kernels);
      return evaluate(graph, gradient, { input: [input, images] });
    });
    expect(one?.shape).toEqual(other?.shape);
    one?.data.forEach((value, index) => expect(value).toBeCloseTo(other?.data[index] ?? NaN, 5));
  });
});

describe('values that must be finite', () => {
  const inputs = [[2, 3], [4], []] as const;
  const run = (kernels: Kernels, wrong: number | null) => {
    const graph = new Graph(kernels);
    const fed = inputs.map((shape, index) => graph.placeholder(`x${index}`, 'float32', shape));
    const [, , last] = checkAllFinite(graph, 'check', fed, 'a gradient');
    if (!last) throw new TypeError('What is checked is given back.');
    const feeds = inputs.map((shape, index) => {
      const count = shape.reduce<number>((product, size) => product * size, 1);
      const values = new Float32Array(count).fill(index);
      if (index === 1 && wrong !== null) values[2] = wrong;
      return [`x${index}`, [fed[index] ?? last, floats(shape, values)]] as const;
    });
    return { graph, result: () => evaluate(graph, last, Object.fromEntries(feeds)).data[0] };
  };

  it.each(['cuDNN', 'oneDNN'] as const)('pass, and fail wherever one is none: %s', (kernels) => {
    expect(run(kernels, null).result()).toBe(2);
    for (const wrong of [NaN, Infinity, -Infinity]) {
      expect(run(kernels, wrong).result).toThrow(expect.objectContaining({ code: 'training.diverged' }));
    }
  });

  it('are looked at in one go on a GPU', () => {
    const looks = (kernels: Kernels): number =>
      run(kernels, null).graph.operations.filter(({ op }) => op === 'DebugNumericSummaryV2').length;
    expect(looks('cuDNN')).toBe(1);
    expect(looks('other')).toBe(inputs.length);
  });
});

it.each([
  [0, 'cpu'],
  [1, null],
  [7, null],
  [8, 'cpu'],
] as const)('a response normalised within a radius of %i is computed on the device %s', (depthRadius, device) => {
  const graph = new Graph();
  const input = graph.placeholder('input', 'float32', [-1, 2, 2, 4]);
  const output = localResponseNorm(graph, 'op', input, { depthRadius, bias: 1, alpha: 1, beta: 0.5 });
  gradients(graph, output, [input]);
  const found = graph.operations.filter(({ op }) => op.startsWith('LRN'));
  expect(found.map((operation) => [operation.op, operation.device])).toEqual([
    ['LRN', device],
    ['LRNGrad', device],
  ]);
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gradients } from '../../../../src/engine/graph/gradient.ts';
import { Graph, type Tensor } from '../../../../src/engine/graph/graph.ts';
import { biasAdd } from '../../../../src/engine/graph/ops/bias-add.ts';
import { cast } from '../../../../src/engine/graph/ops/cast.ts';
import { conv2d } from '../../../../src/engine/graph/ops/conv2d.ts';
import { elu } from '../../../../src/engine/graph/ops/elu.ts';
import { erf } from '../../../../src/engine/graph/ops/erf.ts';
import { gelu, geluTanh } from '../../../../src/engine/graph/ops/gelu.ts';
import { hardSigmoid } from '../../../../src/engine/graph/ops/hard-sigmoid.ts';
import { hardSwish } from '../../../../src/engine/graph/ops/hard-swish.ts';
import { leakyRelu } from '../../../../src/engine/graph/ops/leaky-relu.ts';
import { matMul } from '../../../../src/engine/graph/ops/mat-mul.ts';
import { reshape } from '../../../../src/engine/graph/ops/reshape.ts';
import { selu } from '../../../../src/engine/graph/ops/selu.ts';
import { shift } from '../../../../src/engine/graph/ops/shift.ts';
import { softmax } from '../../../../src/engine/graph/ops/softmax.ts';
import { swish } from '../../../../src/engine/graph/ops/swish.ts';
import { tanh } from '../../../../src/engine/graph/ops/tanh.ts';
import { checkGradients } from '../../../support/finite-differences.ts';
import {
  elementsOf,
  evaluate,
  floats,
  loadGraph,
  randomValues,
  stateSignatures,
} from '../../../support/graph-session.ts';

interface Activation {
  readonly op: (graph: Graph, name: string, input: Tensor) => Tensor;
  /** The same in double precision; null where each element depends on others. */
  readonly formula: ((x: number) => number) | null;
  /** Where it has no derivative. */
  readonly kinks?: readonly number[];
}

const inverse = (x: number): number => 1 / (1 + Math.exp(-x));
const clipped = (x: number): number => Math.min(1, Math.max(0, (x + 3) / 6));
/** erf by its Taylor series; from 4 on, where its terms grow too large to cancel, it is 1 to 8 digits. */
const series = (x: number): number => {
  if (Math.abs(x) > 4) return Math.sign(x);
  let [term, total] = [x, x];
  for (let n = 1; n < 80; n += 1) {
    term *= -(x * x) / n;
    total += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * total;
};

const activations: Readonly<Record<string, Activation>> = {
  elu: { op: elu, formula: (x) => (x > 0 ? x : Math.expm1(x)) },
  erf: { op: erf, formula: series },
  gelu: { op: gelu, formula: (x) => (x / 2) * (1 + series(x * Math.SQRT1_2)) },
  'gelu by tanh': {
    op: geluTanh,
    formula: (x) => (x / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
  },
  'hard sigmoid': { op: hardSigmoid, formula: clipped, kinks: [-3, 3] },
  'hard swish': { op: hardSwish, formula: (x) => x * clipped(x), kinks: [-3, 3] },
  'leaky relu': { op: leakyRelu, formula: (x) => (x > 0 ? x : 0.2 * x), kinks: [0] },
  'leaky relu of another slope': {
    op: (graph, name, input) => leakyRelu(graph, name, input, 0.01),
    formula: (x) => (x > 0 ? x : 0.01 * x),
    kinks: [0],
  },
  selu: {
    op: selu,
    formula: (x) => 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * Math.expm1(x)),
    kinks: [0],
  },
  shift: { op: (graph, name, input) => shift(graph, name, input, -0.75), formula: (x) => x - 0.75 },
  softmax: { op: softmax, formula: null },
  swish: { op: swish, formula: (x) => x * inverse(x) },
  tanh: { op: tanh, formula: Math.tanh },
};

/** Random values in [-5, 5) that keep away from the places where an activation has no derivative. */
function awayFrom(kinks: readonly number[], shape: readonly number[], seed: number): Float32Array {
  return randomValues(elementsOf(shape), seed).map((value) => {
    const kink = kinks.find((place) => Math.abs(5 * value - place) < 0.05);
    return kink === undefined ? 5 * value : kink + 0.1;
  });
}

const same = { strides: [1, 1], padding: 'SAME' } as const;

describe('an activation', () => {
  const any = fc.tuple(
    fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 2, maxLength: 4 }),
    fc.integer({ min: 1, max: 1000 }),
  );
  it.each(Object.entries(activations))(
    'has the gradient of finite differences at any shape: %s',
    (_, { op, kinks = [] }) => {
      const property = fc.property(any, ([shape, seed]) =>
        checkGradients({
          inputs: [{ shape, batched: true, values: awayFrom(kinks, shape, seed) }],
          build: (graph, input) => op(graph, 'op', input),
        }),
      );
      fc.assert(property, { numRuns: 5, seed: 31 });
    },
  );

  const withFormula = Object.entries(activations).flatMap(([name, { op, formula }]) =>
    formula ? [{ name, op, formula }] : [],
  );
  it.each(withFormula)('follows its formula: $name', ({ op, formula }) => {
    const graph = new Graph();
    const input = graph.placeholder('input', 'float32', [-1]);
    const values = [-6, -3, -2.5, -1, -0.1, 0, 0.1, 1, 2.5, 3, 6];
    const { data } = evaluate(graph, op(graph, 'op', input), { input: [input, floats([values.length], values)] });
    values.forEach((x, index) => expect(data[index], `at ${x}`).toBeCloseTo(formula(x), 5));
  });

  it.each(Object.entries(activations))('and its gradient stay finite where exp would not: %s', (_, { op }) => {
    const graph = new Graph();
    const input = graph.placeholder('input', 'float32', [-1, 2]);
    const output = op(graph, 'op', input);
    const [gradient = output] = gradients(graph, output, [input]);
    using session = loadGraph(graph, { run: { inputs: { input }, outputs: { output, gradient } } });
    const found = session.run('run', { input: floats([2, 2], [-200, 200, 1000, -1000]) });
    for (const { data } of Object.values(found)) expect([...data].every(Number.isFinite)).toBe(true);
  });

  it.each(Object.entries(activations))('computes in bfloat16 what it computes in float32: %s', (_, { op }) => {
    const graph = new Graph();
    const input = graph.placeholder('input', 'float32', [-1, 4]);
    const feed = { input: [input, floats([2, 4], [-2, -1, -0.5, 0, 0.5, 1, 2, 3])] } as const;
    const exact = evaluate(graph, op(graph, 'exact', input), feed).data;
    const narrow = op(graph, 'narrow', cast(graph, 'narrowed', input, 'bfloat16'));
    const found = evaluate(graph, cast(graph, 'widened', narrow, 'float32'), feed).data;
    exact.forEach((value, index) => expect(Math.abs((found[index] ?? NaN) - value)).toBeLessThan(2e-2));
  });

  const dtypes = ['float32', 'bfloat16'] as const;
  const afterOthers = Object.entries(activations).flatMap(([name, { op }]) =>
    dtypes.map((dtype) => ({ name, op, dtype })),
  );
  it.each(afterOthers)('gives the same behind what the runtime may fuse it with: $name, $dtype', ({ op, dtype }) => {
    const graph = new Graph();
    const input = graph.placeholder('input', 'float32', [-1, 6, 6, 4]);
    const weights = { conv: [3, 3, 4, 8], dense: [8, 8] } as const;
    const variables = Object.entries(weights).map(([name, shape]) => graph.variable(name, shape));
    const [filter, matrix] = variables.map(({ name, value }) => cast(graph, `${name}/cast`, value, dtype));
    if (!filter || !matrix) throw new Error('There are no variables.');
    const bias = cast(graph, 'bias', graph.constant('bias/wide', 'float32', [8], randomValues(8, 3)), dtype);
    const wide = (name: string, output: Tensor): Tensor => cast(graph, `${name}/wide`, output, 'float32');
    const convolve = (name: string): Tensor => {
      const narrow = cast(graph, `${name}/input`, input, dtype);
      return biasAdd(graph, `${name}/bias`, conv2d(graph, name, narrow, filter, same), bias);
    };
    const multiplied = (name: string): Tensor => {
      const pixels = reshape(graph, `${name}/pixels`, convolve(`${name}/conv`), [-1, 8]);
      return biasAdd(graph, `${name}/bias`, matMul(graph, name, pixels, matrix), bias);
    };
    const below = graph.placeholder('below', 'float32', [-1, 8]);
    const alone = wide('alone', op(graph, 'alone', cast(graph, 'below/narrow', below, dtype)));
    const pair = (name: string, make: (name: string) => Tensor) => ({
      [`${name}/plain`]: { inputs: { input }, outputs: { output: wide(`${name}/plain`, make(`${name}/plain`)) } },
      [`${name}/fused`]: {
        inputs: { input },
        outputs: { output: wide(`${name}/fused`, op(graph, `${name}/op`, make(`${name}/fused`))) },
      },
    });
    using session = loadGraph(graph, {
      ...stateSignatures(graph, variables),
      ...pair('conv', convolve),
      ...pair('dense', multiplied),
      alone: { inputs: { below }, outputs: { output: alone } },
    });
    session.run(
      'assign',
      Object.fromEntries(
        variables.map(({ name, shape }, index) => [name, floats(shape, randomValues(elementsOf(shape), 8 + index))]),
      ),
    );
    const run = (signature: string, feeds: Parameters<typeof session.run>[1]): Float32Array =>
      Float32Array.from(session.run(signature, feeds)['output']?.data ?? []);
    const images = { input: floats([2, 6, 6, 4], randomValues(288, 4)) };
    for (const name of ['conv', 'dense']) {
      const expected = run('alone', { below: floats([72, 8], run(`${name}/plain`, images)) });
      const found = run(`${name}/fused`, images);
      expect(found.length).toBe(576);
      const error = found.reduce((most, value, index) => Math.max(most, Math.abs(value - (expected[index] ?? NaN))), 0);
      expect(error, name).toBeLessThan(dtype === 'float32' ? 2e-5 : 0.1);
    }
  });

  it('refuses a slope that turns the sign, naming the op', () => {
    const graph = new Graph();
    const input = graph.placeholder('input', 'float32', [-1, 2]);
    expect(() => leakyRelu(graph, 'block_1/relu', input, -0.1)).toThrow(
      "'block_1/relu' needs a slope of at least 0, not -0.1; received float32 [-1, 2]",
    );
  });
});

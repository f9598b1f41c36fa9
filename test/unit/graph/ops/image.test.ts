import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Graph, type Tensor } from '../../../../src/engine/graph/graph.ts';
import { localResponseNorm } from '../../../../src/engine/graph/ops/local-response-norm.ts';
import { reflectPad } from '../../../../src/engine/graph/ops/reflect-pad.ts';
import { resize } from '../../../../src/engine/graph/ops/resize.ts';
import { slice } from '../../../../src/engine/graph/ops/slice.ts';
import { transpose } from '../../../../src/engine/graph/ops/transpose.ts';
import { checkGradients } from '../../../support/finite-differences.ts';
import { evaluate, floats } from '../../../support/graph-session.ts';

type Build = (graph: Graph, input: Tensor) => Tensor;

const side = fc.integer({ min: 2, max: 6 });
const images = fc.tuple(fc.integer({ min: 1, max: 2 }), side, side, fc.integer({ min: 1, max: 4 }));
const below = (limit: number) => fc.integer({ min: 0, max: limit - 1 });

/** For each op, any image and any options that fit it. */
const any: Readonly<Record<string, fc.Arbitrary<readonly [readonly number[], Build]>>> = {
  'local response normalisation': images.chain((shape) =>
    fc.tuple(
      fc.constant(shape),
      fc
        .record({
          depthRadius: below(4),
          bias: fc.constantFrom(1, 2),
          alpha: fc.constantFrom(0.1, 1),
          beta: fc.constantFrom(0.5, 0.75),
        })
        .map(
          (options): Build =>
            (graph, input) =>
              localResponseNorm(graph, 'op', input, options),
        ),
    ),
  ),
  'padding by reflection': images.chain((shape) =>
    fc.tuple(
      fc.constant(shape),
      fc.record({ top: below(shape[1]), bottom: below(shape[1]), left: below(shape[2]), right: below(shape[2]) }).map(
        (padding): Build =>
          (graph, input) =>
            reflectPad(graph, 'op', input, padding),
      ),
    ),
  ),
  resizing: images.chain((shape) =>
    fc.tuple(
      fc.constant(shape),
      fc
        .record({
          height: fc.integer({ min: 1, max: 9 }),
          width: fc.integer({ min: 1, max: 9 }),
          interpolation: fc.constantFrom('bilinear' as const, 'nearest' as const),
        })
        .map(
          (options): Build =>
            (graph, input) =>
              resize(graph, 'op', input, options),
        ),
    ),
  ),
  'a slice': images.chain((shape) =>
    fc.tuple(
      fc.constant(shape),
      fc
        .tuple(
          ...shape
            .slice(1)
            .map((size) =>
              below(size).chain((from) => fc.tuple(fc.constant(from), fc.integer({ min: 1, max: size - from }))),
            ),
        )
        .map(
          (boxes): Build =>
            (graph, input) =>
              slice(graph, 'op', input, [0, ...boxes.map(([from]) => from)], [-1, ...boxes.map(([, size]) => size)]),
        ),
    ),
  ),
  transposition: images.chain((shape) =>
    fc.tuple(
      fc.constant(shape),
      fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }).map(
        (order): Build =>
          (graph, input) =>
            transpose(graph, 'op', input, order),
      ),
    ),
  ),
};

describe('an op on images', () => {
  it.each(Object.entries(any))('has the gradient of finite differences for any sizes: %s', (_, cases) => {
    const property = fc.property(cases, fc.integer({ min: 1, max: 1000 }), ([shape, build], seed) =>
      checkGradients({ inputs: [{ shape, batched: true }], build, seed }),
    );
    fc.assert(property, { numRuns: 10, seed: 51 });
  });

  const given = (build: Build, shape: readonly number[], values: readonly number[]) => {
    const graph = new Graph();
    const input = graph.placeholder('input', 'float32', [-1, ...shape.slice(1)]);
    return evaluate(graph, build(graph, input), { input: [input, floats(shape, values)] });
  };
  const row = [1, 1, 4, 1];

  it.each<readonly [string, Build, readonly number[]]>([
    ['reflection', (graph, x) => reflectPad(graph, 'op', x, { top: 0, bottom: 0, left: 2, right: 3 }), [3, 2, 1, 2, 3, 4, 3, 2, 1]], // prettier-ignore
    ['slicing', (graph, x) => slice(graph, 'op', x, [0, 0, 1, 0], [-1, 1, 2, -1]), [2, 3]],
    ['twice the width, nearest', (graph, x) => resize(graph, 'op', x, { height: 1, width: 8, interpolation: 'nearest' }), [1, 1, 2, 2, 3, 3, 4, 4]], // prettier-ignore
    ['twice the width, bilinear', (graph, x) => resize(graph, 'op', x, { height: 1, width: 8, interpolation: 'bilinear' }), [1, 1.25, 1.75, 2.25, 2.75, 3.25, 3.75, 4]], // prettier-ignore
    ['half the width, bilinear', (graph, x) => resize(graph, 'op', x, { height: 1, width: 2, interpolation: 'bilinear' }), [1.5, 3.5]], // prettier-ignore
    ['normalising alone', (graph, x) => localResponseNorm(graph, 'op', x, { depthRadius: 2, bias: 1, alpha: 1, beta: 0.5 }), [1, 2, 3, 4].map((x) => x / Math.sqrt(1 + x * x))], // prettier-ignore
  ])('gives what its name says: %s', (_, build, expected) => {
    const { data } = given(build, row, [1, 2, 3, 4]);
    expect(data.length).toBe(expected.length);
    expected.forEach((value, index) => expect(data[index]).toBeCloseTo(value, 5));
  });

  it('normalises a channel by those within its radius alone', () => {
    const build: Build = (graph, x) =>
      localResponseNorm(graph, 'op', x, { depthRadius: 1, bias: 2, alpha: 3, beta: 1 });
    const { data } = given(build, [1, 1, 1, 4], [1, 2, 3, 4]);
    [1 / 17, 2 / 44, 3 / 89, 4 / 77].forEach((value, index) => expect(data[index]).toBeCloseTo(value, 6));
  });

  it('transposes channels and pixels', () => {
    const { data, shape } = given(
      (graph, x) => transpose(graph, 'op', x, [0, 3, 1, 2]),
      [1, 1, 2, 3],
      [1, 2, 3, 4, 5, 6],
    );
    expect(shape).toEqual([1, 3, 1, 2]);
    expect([...data]).toEqual([1, 4, 2, 5, 3, 6]);
  });

  it('refuses what does not fit, naming the op, what it needs and what it was given', () => {
    const graph = new Graph();
    const image = graph.placeholder('image', 'float32', [-1, 4, 5, 3]);
    const flat = graph.placeholder('flat', 'float32', [-1, 4]);
    const response = { depthRadius: 2.5, bias: 1, alpha: 1, beta: 1 };
    expect(() => reflectPad(graph, 'pad1', image, { top: 4, bottom: 0, left: 0, right: 0 })).toThrow(
      "'pad1' needs more rows and columns than it mirrors on a side (4, 0, 0, 0); received float32 [-1, 4, 5, 3]",
    );
    expect(() => resize(graph, 'up1', image, { height: 0, width: 4, interpolation: 'nearest' })).toThrow(
      "'up1' needs a size of whole pixels, not 0 x 4",
    );
    expect(() => localResponseNorm(graph, 'norm1', image, response)).toThrow("'norm1' needs a whole radius, not 2.5");
    expect(() => localResponseNorm(graph, 'norm2', flat, response)).toThrow("'norm2' needs an input of [batch, height");
    expect(() => slice(graph, 'crop1', image, [0, 2, 0, 0], [-1, 3, 5, 3])).toThrow(
      "'crop1' needs a box of [-1, 3, 5, 3] at [0, 2, 0, 0] within it; received float32 [-1, 4, 5, 3]",
    );
    expect(() => slice(graph, 'crop2', image, [1, 0, 0, 0], [-1, 4, 5, 3])).toThrow("'crop2' needs a box of");
    expect(() => transpose(graph, 'swap1', image, [0, 1, 1, 2])).toThrow(
      "'swap1' needs each of its dimensions once in the order [0, 1, 1, 2]; received float32 [-1, 4, 5, 3]",
    );
  });
});

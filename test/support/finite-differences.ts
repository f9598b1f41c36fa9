import { expect } from 'vitest';
import { gradients } from '../../src/engine/graph/gradient.ts';
import { Graph, type Tensor } from '../../src/engine/graph/graph.ts';
import { multiply } from '../../src/engine/graph/ops/multiply.ts';
import type { Feed, Session } from '../../src/engine/runtime/session.ts';
import { elementsOf, loadGraph, randomValues } from './graph-session.ts';

/** An input of the op under test; its gradient is checked. */
interface CheckedInput {
  readonly shape: readonly number[];
  /** By default random in [-1, 1). */
  readonly values?: Float32Array;
  /** True leaves the first size open in the graph, as a batch is. */
  readonly batched?: boolean;
}

export interface GradientCheck {
  readonly inputs: readonly CheckedInput[];
  /** Builds the op on placeholders of the inputs. */
  readonly build: (graph: Graph, ...inputs: Tensor[]) => Tensor;
  readonly seed?: number;
  /** Half the distance of the two values that a difference is taken of. */
  readonly step?: number;
  /** Allowed error, as a share of the largest element of the gradient. */
  readonly tolerance?: number;
}

/** At most this many elements of an input are moved, spread over it. */
const CHECKED_ELEMENTS = 48;

const named = <Value>(values: readonly Value[]): Record<string, Value> =>
  Object.fromEntries(values.map((value, index) => [`input ${index}`, value]));

/** The sum of the output times fixed random numbers, added up in float64: the loss whose gradient is checked. */
function project(session: Session, feeds: Readonly<Record<string, Feed>>, weights: Float32Array): number {
  const data = session.run('forward', feeds)['output']?.data ?? new Float32Array();
  return weights.reduce((total, weight, index) => total + weight * (data[index] ?? NaN), 0);
}

function numericGradient(
  loss: (values: Float32Array) => number,
  values: Float32Array,
  step: number,
): ReadonlyMap<number, number> {
  const stride = Math.ceil(values.length / CHECKED_ELEMENTS);
  const result = new Map<number, number>();
  for (let index = 0; index < values.length; index += stride) {
    const [above, below] = [values.slice(), values.slice()];
    above[index] = (values[index] ?? 0) + step;
    below[index] = (values[index] ?? 0) - step;
    result.set(index, (loss(above) - loss(below)) / ((above[index] ?? 0) - (below[index] ?? 0)));
  }
  return result;
}

/** Holds the gradient of an op by each of its inputs against central differences, both computed by TensorFlow. */
export function checkGradients({ inputs, build, seed = 1, step = 1e-2, tolerance = 4e-3 }: GradientCheck): void {
  const graph = new Graph();
  const placeholders = inputs.map(({ shape, batched }, index) =>
    graph.placeholder(`input${index}`, 'float32', batched === true ? [-1, ...shape.slice(1)] : shape),
  );
  const output = build(graph, ...placeholders);
  const weights = graph.placeholder('projection', 'float32', output.shape);
  const loss = multiply(graph, 'projected', output, weights);
  using session = loadGraph(graph, {
    forward: { inputs: named(placeholders), outputs: { output } },
    backward: {
      inputs: { ...named(placeholders), projection: weights },
      outputs: named(gradients(graph, loss, placeholders)),
    },
  });

  const values = inputs.map((input, index) => input.values ?? randomValues(elementsOf(input.shape), seed * 31 + index));
  const feeds = named(inputs.map(({ shape }, index) => ({ shape, data: values[index] ?? new Float32Array() })));
  const shape = session.run('forward', feeds)['output']?.shape ?? [];
  expect(output.shape.map((size, axis) => (size === -1 ? shape[axis] : size))).toEqual(shape);
  const projection = randomValues(elementsOf(shape), seed * 31 + 29);
  const analytic = session.run('backward', { ...feeds, projection: { shape, data: projection } });
  inputs.forEach((input, position) => {
    const name = `input ${position}`;
    const found = analytic[name]?.data ?? new Float32Array();
    expect(found.length, name).toBe(elementsOf(input.shape));
    const loss = (data: Float32Array): number =>
      project(session, { ...feeds, [name]: { shape: input.shape, data } }, projection);
    const numeric = numericGradient(loss, values[position] ?? new Float32Array(), step);
    const largest = Math.max(...[...numeric.values()].map(Math.abs), 1e-2);
    for (const [index, expected] of numeric) {
      const error = Math.abs((found[index] ?? NaN) - expected) / largest;
      expect(error, `${name}[${index}]: ${found[index]}, by differences ${expected}`).toBeLessThan(tolerance);
    }
  });
}

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { gradientClipping, optimizerPlan, type OptimizerPlan } from '../../../../src/shared/contract/plan.ts';
import { Graph } from '../../../../src/engine/graph/graph.ts';
import { optimizerUpdates, type UpdateRule } from '../../../../src/engine/graph/optimizers/updates.ts';
import { elementsOf, floats, loadGraph, randomValues, stateSignatures } from '../../../support/graph-session.ts';

/** What learns: of these six numbers the first four are a kernel, the others a bias. */
const SHAPES = { kernel: [2, 2], bias: [2] } as const;
const KERNEL_SIZE = 4;

interface Steps {
  readonly learningRates: readonly number[];
  readonly initial: readonly number[];
  readonly gradients: readonly (readonly number[])[];
}

/** The updates of a kernel and a bias whose gradients are fed. */
function build(graph: Graph, rule: UpdateRule) {
  const learningRate = graph.placeholder('learning_rate', 'float32', []);
  const targets = Object.entries(SHAPES).map(([name, shape]) => ({
    variable: graph.variable(name, shape),
    gradient: graph.placeholder(`gradient/${name}`, 'float32', shape),
  }));
  const inputs = {
    learning_rate: learningRate,
    ...Object.fromEntries(targets.map(({ variable, gradient }) => [`gradient/${variable.name}`, gradient])),
  };
  return { targets, inputs, ...optimizerUpdates(graph, rule, learningRate, targets, false) };
}

/** The kernel's elements, then the bias', as feeds by name. */
function feeds(prefix: string, values: readonly number[]) {
  return {
    [`${prefix}kernel`]: floats(SHAPES.kernel, values.slice(0, KERNEL_SIZE)),
    [`${prefix}bias`]: floats(SHAPES.bias, values.slice(KERNEL_SIZE)),
  };
}

/** Kernel and bias after each step. */
function train(rule: UpdateRule, { learningRates, initial, gradients }: Steps): readonly (readonly number[])[] {
  const graph = new Graph();
  const { targets, inputs, operations, slots } = build(graph, rule);
  const variables = [...targets, ...slots].map(({ variable }) => variable);
  using session = loadGraph(graph, {
    ...stateSignatures(graph, variables),
    step: { inputs, outputs: { done: graph.group('step', operations) } },
  });
  session.run('assign', {
    ...feeds('', initial),
    ...Object.fromEntries(
      slots.map(({ variable: { name, shape }, initial: first }) => [
        name,
        floats(shape, Array<number>(elementsOf(shape)).fill(first)),
      ]),
    ),
  });
  return gradients.map((gradient, step) => {
    session.run('step', { ...feeds('gradient/', gradient), learning_rate: floats([], [learningRates[step] ?? NaN]) });
    const { kernel, bias } = session.run('read', {});
    return [...(kernel?.data ?? []), ...(bias?.data ?? [])];
  });
}

/** One element: its value and what the optimizer remembers of it. */
interface Element {
  readonly value: number;
  readonly memory: readonly number[];
}

/** The published formulas of one element, in float64. `step` counts from 1. */
function stepOf(plan: OptimizerPlan, { value, memory }: Element, slope: number, rate: number, step: number): Element {
  const [a = 0, b = 0, c = 0] = memory;
  switch (plan.kind) {
    case 'sgd': {
      const velocity = plan.momentum * a - rate * slope;
      return {
        value: value + (plan.nesterov ? plan.momentum * velocity - rate * slope : velocity),
        memory: [velocity],
      };
    }
    case 'adam':
    case 'adamw': {
      const mean = plan.beta1 * a + (1 - plan.beta1) * slope;
      const square = plan.beta2 * b + (1 - plan.beta2) * slope ** 2;
      const corrected = (rate * Math.sqrt(1 - plan.beta2 ** step)) / (1 - plan.beta1 ** step);
      return { value: value - (corrected * mean) / (Math.sqrt(square) + plan.epsilon), memory: [mean, square] };
    }
    case 'rmsprop': {
      const square = plan.rho * a + (1 - plan.rho) * slope ** 2;
      const mean = plan.rho * b + (1 - plan.rho) * slope;
      const variance = plan.centered ? square - mean ** 2 : square;
      const velocity = plan.momentum * c + (rate * slope) / Math.sqrt(variance + plan.epsilon);
      return { value: value - velocity, memory: [square, mean, velocity] };
    }
    case 'adagrad': {
      const sum = (step === 1 ? plan.initialAccumulator : a) + slope ** 2;
      return { value: value - (rate * slope) / Math.sqrt(sum + plan.epsilon), memory: [sum] };
    }
    case 'adadelta': {
      const square = plan.rho * a + (1 - plan.rho) * slope ** 2;
      const change = (slope * Math.sqrt(b + plan.epsilon)) / Math.sqrt(square + plan.epsilon);
      return { value: value - rate * change, memory: [square, plan.rho * b + (1 - plan.rho) * change ** 2] };
    }
  }
}

const norm = (values: readonly number[]): number => Math.hypot(...values);

function clipped(slopes: readonly number[], clipping: UpdateRule['gradientClipping']): readonly number[] {
  if (clipping === null) return slopes;
  const { limit } = clipping;
  const shrunk = (part: readonly number[], length: number) => part.map((slope) => slope * Math.min(1, limit / length));
  switch (clipping.kind) {
    case 'value':
      return slopes.map((slope) => Math.max(-limit, Math.min(limit, slope)));
    case 'norm':
      return [slopes.slice(0, KERNEL_SIZE), slopes.slice(KERNEL_SIZE)].flatMap((part) => shrunk(part, norm(part)));
    case 'globalNorm':
      return shrunk(slopes, norm(slopes));
  }
}

/** What the formulas make of kernel and bias, in float64. */
function reference(rule: UpdateRule, { learningRates, initial, gradients }: Steps): readonly (readonly number[])[] {
  const { optimizer, weightDecay, l1, gradientClipping: clipping, rateFactors } = rule;
  let elements: readonly Element[] = initial.map((value) => ({ value, memory: [] }));
  const decayOf = (value: number, index: number) => (index < KERNEL_SIZE ? weightDecay * value : 0);
  const isCoupled = optimizer.kind !== 'adamw';
  const penaltyOf = (value: number, index: number) =>
    (index < KERNEL_SIZE ? l1 * Math.sign(value) : 0) + (isCoupled ? decayOf(value, index) : 0);
  return gradients.map((gradient, step) => {
    const rates = initial.map(
      (_, index) => (learningRates[step] ?? NaN) * (rateFactors.get(index < KERNEL_SIZE ? 'kernel' : 'bias') ?? 1),
    );
    const slopes = elements.map(({ value }, index) => (gradient[index] ?? NaN) + penaltyOf(value, index));
    const limited = clipped(slopes, clipping);
    elements = elements.map((element, index) => {
      const rate = rates[index] ?? NaN;
      const next = stepOf(optimizer, element, limited[index] ?? NaN, rate, step + 1);
      return isCoupled ? next : { ...next, value: next.value - rate * decayOf(element.value, index) };
    });
    return elements.map(({ value }) => value);
  });
}

function expectClose(found: readonly (readonly number[])[], expected: readonly (readonly number[])[]): void {
  expect(found).toHaveLength(expected.length);
  found.forEach((values, step) =>
    values.forEach((value, index) =>
      expect(Math.abs(value - (expected[step]?.[index] ?? NaN)), `step ${step + 1}, element ${index}`).toBeLessThan(
        1e-5,
      ),
    ),
  );
}

const fixture = z.object({
  cases: z.array(
    z.object({
      name: z.string(),
      options: optimizerPlan,
      weightDecay: z.number(),
      l1: z.number(),
      gradientClipping: gradientClipping.nullable(),
      learningRates: z.array(z.number()),
      initial: z.array(z.number()),
      gradients: z.array(z.array(z.number())),
      expected: z.array(z.array(z.number())),
    }),
  ),
});
const { cases } = fixture.parse(
  JSON.parse(readFileSync(new URL('../../../fixtures/optimizers.json', import.meta.url), 'utf8')),
);

const ADAM = { learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 } as const;
const RMSPROP = { kind: 'rmsprop', learningRate: 0.01, rho: 0.9, epsilon: 1e-3 } as const;
const SGD = { kind: 'sgd', learningRate: 0.1, momentum: 0.8, nesterov: false } as const;
const SAME = new Map<string, number>();
const PLAIN = { weightDecay: 0, l1: 0, gradientClipping: null, rateFactors: SAME } as const;
const APART = new Map([
  ['kernel', 0.25],
  ['bias', 2],
]);

describe('an optimizer', () => {
  it.each(cases)(
    'does what Keras does in 20 steps: $name',
    ({ options: optimizer, weightDecay, l1, gradientClipping: clipping, expected, ...steps }) => {
      const rule = { optimizer, weightDecay, l1, gradientClipping: clipping, rateFactors: SAME };
      expectClose(train(rule, steps), expected);
    },
  );

  it.each<UpdateRule>([
    { optimizer: { ...SGD, momentum: 0 }, ...PLAIN },
    { optimizer: SGD, ...PLAIN },
    { optimizer: { ...SGD, nesterov: true }, ...PLAIN },
    { optimizer: { kind: 'adam', ...ADAM }, ...PLAIN },
    { optimizer: { kind: 'adamw', ...ADAM }, ...PLAIN, weightDecay: 0.3 },
    { optimizer: { kind: 'adam', ...ADAM }, ...PLAIN, weightDecay: 0.3 },
    { optimizer: { ...RMSPROP, momentum: 0, centered: false }, ...PLAIN },
    { optimizer: { ...RMSPROP, momentum: 0.8, centered: true }, ...PLAIN },
    { optimizer: { kind: 'adagrad', learningRate: 0.1, initialAccumulator: 0.1, epsilon: 1e-7 }, ...PLAIN },
    { optimizer: { kind: 'adadelta', learningRate: 1, rho: 0.95, epsilon: 1e-6 }, ...PLAIN },
    { optimizer: SGD, ...PLAIN, l1: 0.2 },
    { optimizer: { kind: 'adamw', ...ADAM }, ...PLAIN, weightDecay: 0.3, l1: 0.2 },
    { optimizer: SGD, ...PLAIN, gradientClipping: { kind: 'value', limit: 0.5 } },
    { optimizer: SGD, ...PLAIN, weightDecay: 0.3, gradientClipping: { kind: 'norm', limit: 1 } },
    { optimizer: SGD, ...PLAIN, weightDecay: 0.3, gradientClipping: { kind: 'globalNorm', limit: 1.2 } },
    { optimizer: { kind: 'adamw', ...ADAM }, ...PLAIN, weightDecay: 0.3, gradientClipping: { kind: 'norm', limit: 1 } },
  ])('follows its published formula: %j', (rule) => {
    const gradients = Array.from({ length: 50 }, (_, step) => [...randomValues(6, step + 1)]);
    const learningRates = gradients.map((_, step) => rule.optimizer.learningRate * 0.97 ** step);
    const steps = { learningRates, initial: [1, -2, 0.5, 0, 0.25, -0.5], gradients };
    expectClose(train(rule, steps), reference(rule, steps));
  });

  it.each<OptimizerPlan>([
    SGD,
    { ...SGD, nesterov: true },
    { kind: 'adamw', ...ADAM },
    { ...RMSPROP, momentum: 0.8, centered: true },
    { kind: 'adagrad', learningRate: 0.1, initialAccumulator: 0.1, epsilon: 1e-7 },
    { kind: 'adadelta', learningRate: 1, rho: 0.95, epsilon: 1e-6 },
  ])('lets each variable learn at a rate of its own: %j', (optimizer) => {
    const rule = { optimizer, ...PLAIN, weightDecay: 0.3, rateFactors: APART };
    const gradients = Array.from({ length: 20 }, (_, step) => [...randomValues(6, step + 1)]);
    const learningRates = gradients.map((_, step) => optimizer.learningRate * 0.97 ** step);
    const steps = { learningRates, initial: [1, -2, 0.5, 0, 0.25, -0.5], gradients };
    expectClose(train(rule, steps), reference(rule, steps));
  });

  it.each<[OptimizerPlan, readonly string[]]>([
    [{ ...SGD, momentum: 0 }, ['momentum']],
    [{ kind: 'adamw', ...ADAM }, ['momentum', 'velocity']],
    [{ ...RMSPROP, momentum: 0, centered: true }, ['average_gradient', 'velocity', 'momentum']],
    [{ kind: 'adagrad', learningRate: 1, initialAccumulator: 0, epsilon: 1 }, ['accumulator']],
    [{ kind: 'adadelta', learningRate: 1, rho: 0.9, epsilon: 1 }, ['accumulated_gradient', 'accumulated_update']],
  ])('names its slots after the variable: %j', (optimizer, names) => {
    const slots = build(new Graph(), { optimizer, ...PLAIN }).slots.map(({ variable }) => variable.name);
    expect(slots.filter((name) => name.startsWith('kernel/'))).toEqual(names.map((name) => `kernel/${name}`));
  });

  it('leaves a gradient alone that no limit touches, and keeps one that is no number from passing for one', () => {
    const limits = ['value', 'norm', 'globalNorm'].map((kind) => gradientClipping.parse({ kind, limit: 100 }));
    const steps = { learningRates: [0.1], initial: [1, 2, 3, 4, 5, 6], gradients: [[1, -1, 2, -2, 3, -3]] };
    const free = train({ optimizer: SGD, ...PLAIN }, steps);
    for (const clipping of limits) {
      expect(train({ optimizer: SGD, ...PLAIN, gradientClipping: clipping }, steps)).toEqual(free);
      const broken = { ...steps, gradients: [[NaN, 0, 0, 0, 0, 0]] };
      expect(train({ optimizer: SGD, ...PLAIN, gradientClipping: clipping }, broken)[0]?.[0]).toBeNaN();
    }
  });
});

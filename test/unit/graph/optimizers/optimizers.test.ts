import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { optimizerPlan, type OptimizerPlan } from '../../../../src/shared/contract/plan.ts';
import { Graph, type Operation, type Variable } from '../../../../src/engine/graph/graph.ts';
import { adam, adamPowers } from '../../../../src/engine/graph/optimizers/adam.ts';
import { momentum } from '../../../../src/engine/graph/optimizers/momentum.ts';
import { floats, loadGraph, randomValues, stateSignatures } from '../../../support/graph-session.ts';

interface Steps {
  readonly learningRates: readonly number[];
  readonly initial: readonly number[];
  readonly gradients: readonly (readonly number[])[];
}

/** The update of one variable, and everything that has a first value: what is not zero is given here. */
function apply(graph: Graph, variable: Variable, plan: OptimizerPlan) {
  const gradient = graph.placeholder('gradient', 'float32', variable.shape);
  const learningRate = graph.placeholder('learning_rate', 'float32', []);
  const inputs = { gradient, learning_rate: learningRate };
  const number = (name: string, value: number) => graph.constant(name, 'float32', [], value);
  if (plan.kind === 'sgd') {
    const options = { learningRate, momentum: number('momentum', plan.momentum), nesterov: plan.nesterov };
    const { update, slots } = momentum(graph, variable, gradient, options);
    return { inputs, slots, powers: {}, operations: [update] as readonly Operation[] };
  }
  const [beta1, beta2] = [number('beta1', plan.beta1), number('beta2', plan.beta2)];
  const powers = adamPowers(graph, { beta1, beta2 });
  const epsilon = number('epsilon', plan.epsilon);
  const { update, slots } = adam(graph, variable, gradient, { learningRate, beta1, beta2, epsilon, ...powers });
  return {
    inputs,
    slots: [...slots, powers.beta1Power, powers.beta2Power],
    powers: { [powers.beta1Power.name]: plan.beta1, [powers.beta2Power.name]: plan.beta2 },
    operations: [update, ...powers.advance([update])],
  };
}

/** The variable after each step. */
function train(plan: OptimizerPlan, { learningRates, initial, gradients }: Steps): readonly (readonly number[])[] {
  const graph = new Graph();
  const variable = graph.variable('kernel', [initial.length]);
  const { inputs, slots, powers, operations } = apply(graph, variable, plan);
  const state = stateSignatures(graph, [variable, ...slots]);
  using session = loadGraph(graph, {
    ...state,
    step: { inputs, outputs: { done: graph.group('step', operations) } },
  });
  const first: Readonly<Record<string, number>> = powers;
  session.run('assign', {
    kernel: floats([initial.length], initial),
    ...Object.fromEntries(
      slots.map(({ name, shape }) => [name, floats(shape, Array<number>(shape[0] ?? 1).fill(first[name] ?? 0))]),
    ),
  });
  return gradients.map((gradient, step) => {
    session.run('step', {
      gradient: floats([initial.length], gradient),
      learning_rate: floats([], [learningRates[step] ?? NaN]),
    });
    return [...(session.run('read', {})['kernel']?.data ?? [])];
  });
}

/** The published formulas, in float64. */
function reference(plan: OptimizerPlan, { learningRates, initial, gradients }: Steps): readonly (readonly number[])[] {
  const value = [...initial];
  const first = initial.map(() => 0);
  const second = initial.map(() => 0);
  return gradients.map((gradient, step) => {
    const rate = learningRates[step] ?? NaN;
    gradient.forEach((slope, index) => {
      const [old = NaN, m = NaN, v = NaN] = [value[index], first[index], second[index]];
      if (plan.kind === 'sgd') {
        const velocity = plan.momentum * m - rate * slope;
        first[index] = velocity;
        value[index] = old + (plan.nesterov ? plan.momentum * velocity - rate * slope : velocity);
        return;
      }
      const mean = plan.beta1 * m + (1 - plan.beta1) * slope;
      const square = plan.beta2 * v + (1 - plan.beta2) * slope ** 2;
      const corrected = (rate * Math.sqrt(1 - plan.beta2 ** (step + 1))) / (1 - plan.beta1 ** (step + 1));
      first[index] = mean;
      second[index] = square;
      value[index] = old - (corrected * mean) / (Math.sqrt(square) + plan.epsilon);
    });
    return [...value];
  });
}

function expectClose(found: readonly (readonly number[])[], expected: readonly (readonly number[])[]): void {
  expect(found).toHaveLength(expected.length);
  found.forEach((values, step) =>
    values.forEach((value, index) =>
      expect(value, `step ${step + 1}, element ${index}`).toBeCloseTo(expected[step]?.[index] ?? NaN, 5),
    ),
  );
}

const fixture = z.object({
  cases: z.array(
    z.object({
      name: z.string(),
      options: optimizerPlan,
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

describe('an optimizer', () => {
  it.each(cases)('does what Keras does in 20 steps: $name', ({ options, expected, ...steps }) => {
    expectClose(train(options, steps), expected);
  });

  it.each<OptimizerPlan>([
    { kind: 'sgd', learningRate: 0.1, momentum: 0, nesterov: false },
    { kind: 'sgd', learningRate: 0.1, momentum: 0.8, nesterov: false },
    { kind: 'sgd', learningRate: 0.1, momentum: 0.8, nesterov: true },
    { kind: 'adam', learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 },
  ])('follows its published formula: %o', (plan) => {
    const gradients = Array.from({ length: 50 }, (_, step) => [...randomValues(4, step + 1)]);
    const learningRates = gradients.map((_, step) => plan.learningRate * 0.97 ** step);
    const steps = { learningRates, initial: [1, -2, 0.5, 0], gradients };
    expectClose(train(plan, steps), reference(plan, steps));
  });

  it('names its slots after the variable', () => {
    const graph = new Graph();
    const variable = graph.variable('conv1/kernel', [2]);
    const sgd = apply(graph, variable, { kind: 'sgd', learningRate: 1, momentum: 0, nesterov: false });
    expect(sgd.slots.map(({ name }) => name)).toEqual(['conv1/kernel/momentum']);
  });
});

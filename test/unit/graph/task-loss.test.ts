import { describe, expect, it } from 'vitest';
import type { LearningTask } from '../../../src/shared/contract/learning-task.ts';
import { Graph } from '../../../src/engine/graph/graph.ts';
import { masked, taskLoss } from '../../../src/engine/graph/task-loss.ts';
import { checkGradients } from '../../support/finite-differences.ts';
import { floats, integers, loadGraph } from '../../support/graph-session.ts';

interface Case {
  readonly task: LearningTask;
  readonly output: readonly number[];
  readonly shape: readonly number[];
  readonly labels: readonly number[];
  readonly target?: readonly number[];
  readonly losses: readonly number[];
  readonly hits: number;
}

const CASES: readonly (readonly [string, Case])[] = [
  [
    'pairs: what is alike is pulled together, what is not pushed to the margin, and half of it tells them apart',
    {
      task: { kind: 'pairs', margin: 2 },
      // Distances 0.6, 2.5, 0.5, 1.5 of a pair each, the two of it one after the other.
      output: [0, 0, 0.6, 0, 1, 1, 1, 3.5, 0, 0, 0.3, 0.4, 2, 0, 0.5, 0],
      shape: [8, 2],
      labels: [1, 1, 0, 0],
      losses: [0.18, 3.125, 1.125, 0.125],
      hits: 2,
    },
  ],
  [
    'ranking: nothing is lost where the margin lies between the scores, and order alone is right',
    {
      task: { kind: 'ranking', margin: 1 },
      output: [3, 1, 0.5, 0.25, -1, 1],
      shape: [6, 1],
      labels: [1, 1, 1],
      losses: [0, 0.75, 3],
      hits: 2,
    },
  ],
  [
    'an autoencoder: the mean squared error of each image, and nothing is right',
    {
      task: { kind: 'autoencoder', layerwise: false, noise: 0 },
      output: [0, 1, 2, 3, 1, 1, 1, 1],
      shape: [2, 2, 1, 2],
      labels: [0, 0],
      target: [0, 0, 0, 0, 1, 1, 1, 3],
      losses: [3.5, 1],
      hits: 0,
    },
  ],
];

it.each(CASES)('%s', (_, { task, output: values, shape, labels: given, target: wanted, losses, hits }) => {
  const graph = new Graph();
  const output = graph.placeholder('output', 'float32', [-1, ...shape.slice(1)]);
  const labels = graph.placeholder('labels', 'int32', [-1]);
  const target = wanted ? graph.placeholder('target', 'float32', [-1, ...shape.slice(1)]) : null;
  const counted = taskLoss(graph, 'test', task, { output, labels, target });
  const inputs = { output, labels, ...(target && { target }) };
  using session = loadGraph(graph, { run: { inputs, outputs: { losses: counted.losses, hits: counted.hits } } });
  const found = session.run('run', {
    output: floats(shape, values),
    labels: integers([given.length], given),
    ...(wanted && { target: floats(shape, wanted) }),
  });
  losses.forEach((loss, index) => expect(found['losses']?.data[index]).toBeCloseTo(loss, 6));
  expect(found['losses']?.shape).toEqual([losses.length]);
  expect(found['hits']?.data[0]).toBe(hits);
});

describe('the gradients of a task are those of its loss', () => {
  it.each([
    ['pairs', { kind: 'pairs', margin: 1.5 }, [8, 5]],
    ['a ranking', { kind: 'ranking', margin: 1.1 }, [8, 1]],
    ['an autoencoder', { kind: 'autoencoder', layerwise: false, noise: 0 }, [4, 3, 3, 2]],
  ] as const)('of %s', (_, task, shape) => {
    const isPair = task.kind !== 'autoencoder';
    const inputs = isPair ? [{ shape }] : [{ shape }, { shape }];
    checkGradients({
      inputs,
      // Small enough that no pair crosses the margin between the two values of a difference.
      step: 2e-3,
      tolerance: 1e-2,
      build: (graph, output = graph.constant('none', 'float32', [], 0), target = output) => {
        const values = task.kind === 'ranking' ? [1, 1, 1, 1] : [1, 0, 1, 0];
        const labels = graph.constant('labels', 'int32', [4], values);
        const { losses } = taskLoss(graph, 'test', task, { output, labels, target: isPair ? null : target });
        return losses;
      },
    });
  });
});

it('takes away a share of the values and leaves the others to the bit', () => {
  const graph = new Graph();
  const input = graph.placeholder('input', 'float32', [-1, 100]);
  const seed = graph.placeholder('seed', 'int32', [2]);
  using session = loadGraph(graph, {
    run: { inputs: { input, seed }, outputs: { output: masked(graph, 'noise', input, 0.3, seed) } },
  });
  const values = Array.from({ length: 4000 }, (_, index) => (index % 97) + 1);
  const run = (step: number) =>
    Array.from(
      session.run('run', { input: floats([40, 100], values), seed: integers([2], [5, step]) })['output']?.data ?? [],
    );
  const [first, again, next] = [run(1), run(1), run(2)];
  expect(again).toEqual(first);
  expect(next).not.toEqual(first);
  const gone = first.filter((value) => value === 0).length;
  expect(gone / values.length).toBeGreaterThan(0.25);
  expect(gone / values.length).toBeLessThan(0.35);
  first.forEach((value, index) => {
    if (value !== 0) expect(Math.abs(value / (values[index] ?? NaN) - 1)).toBeLessThan(1e-6);
  });
});

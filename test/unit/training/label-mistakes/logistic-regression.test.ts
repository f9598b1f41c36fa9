import { describe, expect, it } from 'vitest';
import {
  fitClassifier,
  objectiveOf,
  probabilitiesOf,
  type Problem,
} from '../../../../src/engine/training/label-mistakes/logistic-regression.ts';
import { minimise } from '../../../../src/engine/training/label-mistakes/minimise.ts';
import { randomGenerator } from '../../../../src/engine/training/random.ts';
import { never } from '../../../support/training-job.ts';

const [COUNT, SIZE, CLASSES] = [61, 7, 3];
const random = randomGenerator(5);
const uniform = (): number => random() / 2 ** 32 - 0.5;
const labels = Int32Array.from({ length: COUNT }, (_, row) => row % CLASSES);
// Of very different scales, the last one always the same.
const values = Float32Array.from({ length: COUNT * SIZE }, (_, place) => {
  const [row, at] = [Math.floor(place / SIZE), place % SIZE];
  return at === SIZE - 1 ? 4 : 10 ** (at - 2) * (3 + uniform() + (labels[row] === at % CLASSES ? 1.2 : 0));
});
const problem: Problem = {
  rows: { values, size: SIZE },
  labels,
  classes: CLASSES,
  chosen: Int32Array.from({ length: COUNT - 6 }, (_, row) => row + 3),
  penalty: 0.02,
};

describe('the objective', () => {
  it('has the gradient that its finite differences have', async () => {
    const objective = objectiveOf(problem, never);
    const at = Float64Array.from({ length: CLASSES * (SIZE + 1) }, () => uniform() * 4);
    const gradient = new Float64Array(at.length);
    await objective(at, gradient);
    const ignored = new Float64Array(at.length);
    for (const place of at.keys()) {
      const step = 1e-5;
      const moved = async (by: number): Promise<number> => objective(at.with(place, (at[place] ?? 0) + by), ignored);
      const difference = ((await moved(step)) - (await moved(-step))) / (2 * step);
      expect(gradient[place]).toBeCloseTo(difference, 8);
    }
  });

  it('is the mean cross-entropy of a plain computation, with half the penalised squares', async () => {
    const rows = [...problem.chosen].map((row) => [...values.subarray(row * SIZE, (row + 1) * SIZE)]);
    const scaled = rows.map((row) =>
      row.map((value, at) => {
        const column = rows.map((other) => other[at] ?? 0);
        const mean = column.reduce((sum, own) => sum + own, 0) / rows.length;
        const deviation = Math.sqrt(column.reduce((sum, own) => sum + (own - mean) ** 2, 0) / rows.length);
        return at === SIZE - 1 ? 0 : (value - mean) / deviation / Math.sqrt(SIZE);
      }),
    );
    const at = Float64Array.from({ length: CLASSES * (SIZE + 1) }, () => uniform() * 4);
    let expected = 0;
    for (const [place, row] of scaled.entries()) {
      const logits = [0, 1, 2].map((own) =>
        row.reduce(
          (sum, value, feature) => sum + value * (at[own * SIZE + feature] ?? 0),
          at[CLASSES * SIZE + own] ?? 0,
        ),
      );
      const label = labels[problem.chosen[place] ?? 0] ?? 0;
      expected += Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0)) - (logits[label] ?? 0);
    }
    const squares = at.subarray(0, CLASSES * SIZE).reduce((sum, weight) => sum + weight * weight, 0);
    const loss = await objectiveOf(problem, never)(at, new Float64Array(at.length));
    expect(loss).toBeCloseTo(expected / scaled.length + (problem.penalty / 2) * squares, 9);
  });
});

describe('the solver', () => {
  it('comes as low as plain gradient descent does in the end', async () => {
    const objective = objectiveOf(problem, never);
    const begin = new Float64Array(CLASSES * (SIZE + 1));
    const gradient = new Float64Array(begin.length);
    const found = await minimise(objective, begin, { mostSteps: 200, flat: 1e-9 });
    const least = await objective(found, gradient);
    expect(Math.hypot(...gradient)).toBeLessThan(1e-8);
    const plain = begin.slice();
    for (let step = 0; step < 6000; step += 1) {
      await objective(plain, gradient);
      plain.forEach((value, place) => (plain[place] = value - (gradient[place] ?? 0)));
    }
    expect(await objective(plain, gradient)).toBeCloseTo(least, 6);
  });

  it('tells rows apart that it did not see, by features as they are', async () => {
    const classifier = await fitClassifier(problem, { signal: never, mostSteps: 25, onStep: () => undefined });
    const made = new Float64Array(CLASSES);
    for (const row of [0, 1, 2, COUNT - 3, COUNT - 2, COUNT - 1]) {
      probabilitiesOf(problem.rows, row, classifier, made);
      expect(made.reduce((sum, probability) => sum + probability, 0)).toBeCloseTo(1, 12);
      expect(made.indexOf(Math.max(...made))).toBe(labels[row]);
    }
  });

  it('ends as soon as it is asked to', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    const fit = fitClassifier(problem, { signal, mostSteps: 25, onStep: () => undefined });
    await expect(fit).rejects.toThrow('enough');
  });
});

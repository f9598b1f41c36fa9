import type { Rows } from '../embedding/neighbours.ts';
import { yieldToMessages } from '../yield.ts';
import { minimise, type Objective } from './minimise.ts';

/** Rows between which messages are let in. */
const ROWS_AT_ONCE = 512;
/** A gradient so much shorter than the first one changes no label's place in a list that people look at. */
const FLAT = 1e-3;
/** What a feature must vary by, as a share of the one that varies most, to count. */
const LEAST_DEVIATION = 1e-6;

export interface Problem {
  readonly rows: Rows;
  /** The class of each row, from 0. */
  readonly labels: Int32Array;
  readonly classes: number;
  /** Those rows that are learnt from. */
  readonly chosen: Int32Array;
  /** Weighs half the squares of the coefficients of standardised features, scaled to length about 1, against the mean loss. */
  readonly penalty: number;
}

/** Classes by features that were standardised: coefficients of the features as they are, and what each class begins with. */
export interface Classifier {
  /** [classes, size] */
  readonly coefficients: Float64Array;
  readonly intercepts: Float64Array;
}

interface Scaling {
  readonly means: Float64Array;
  /** By which a centred feature is multiplied; 0 for one that never changes. */
  readonly factors: Float64Array;
}

/** Makes each feature's mean over the chosen rows 0 and its deviation 1 / sqrt(size). */
function scalingOf({ rows: { values, size }, chosen }: Problem): Scaling {
  const means = new Float64Array(size);
  const factors = new Float64Array(size);
  for (const row of chosen) {
    for (let at = 0; at < size; at += 1) means[at] = (means[at] ?? 0) + (values[row * size + at] ?? 0) / chosen.length;
  }
  for (const row of chosen) {
    for (let at = 0; at < size; at += 1) {
      const centred = (values[row * size + at] ?? 0) - (means[at] ?? 0);
      factors[at] = (factors[at] ?? 0) + (centred * centred) / chosen.length;
    }
  }
  const largest = Math.sqrt(factors.reduce((most, value) => Math.max(most, value), 0));
  factors.forEach((variance, at) => {
    const deviation = Math.sqrt(variance);
    factors[at] = deviation > largest * LEAST_DEVIATION ? 1 / (deviation * Math.sqrt(size)) : 0;
  });
  return { means, factors };
}

/** Weights of standardised features as those of features as they are, so that rows need no copy. */
function unscaled(parameters: Float64Array, classes: number, { means, factors }: Scaling): Classifier {
  const size = means.length;
  const coefficients = new Float64Array(classes * size);
  const intercepts = new Float64Array(classes);
  for (let own = 0; own < classes; own += 1) {
    let intercept = parameters[classes * size + own] ?? 0;
    for (let at = 0; at < size; at += 1) {
      const value = (parameters[own * size + at] ?? 0) * (factors[at] ?? 0);
      coefficients[own * size + at] = value;
      intercept -= value * (means[at] ?? 0);
    }
    intercepts[own] = intercept;
  }
  return { coefficients, intercepts };
}

/** The sum of products of a row's features with coefficients, four at a time: each addition would otherwise wait for the one before. */
function product(
  coefficients: Float64Array,
  offset: number,
  values: Float32Array,
  start: number,
  size: number,
): number {
  let first = 0;
  let second = 0;
  let third = 0;
  let fourth = 0;
  let at = 0;
  for (; at + 3 < size; at += 4) {
    first += (coefficients[offset + at] ?? 0) * (values[start + at] ?? 0);
    second += (coefficients[offset + at + 1] ?? 0) * (values[start + at + 1] ?? 0);
    third += (coefficients[offset + at + 2] ?? 0) * (values[start + at + 2] ?? 0);
    fourth += (coefficients[offset + at + 3] ?? 0) * (values[start + at + 3] ?? 0);
  }
  for (; at < size; at += 1) first += (coefficients[offset + at] ?? 0) * (values[start + at] ?? 0);
  return first + second + (third + fourth);
}

/**
 * The probability of each class for a row.
 *
 * @param into [classes], is overwritten
 */
export function probabilitiesOf({ values, size }: Rows, row: number, by: Classifier, into: Float64Array): void {
  const { coefficients, intercepts } = by;
  let largest = -Infinity;
  for (let own = 0; own < intercepts.length; own += 1) {
    const logit = (intercepts[own] ?? 0) + product(coefficients, own * size, values, row * size, size);
    into[own] = logit;
    if (logit > largest) largest = logit;
  }
  let sum = 0;
  for (let own = 0; own < into.length; own += 1) sum += into[own] = Math.exp((into[own] ?? 0) - largest);
  for (let own = 0; own < into.length; own += 1) into[own] = (into[own] ?? 0) / sum;
}

/** Rows that are looked at together: what is read of them serves two classes at once, and what is read of classes all of them. */
const BLOCK = 4;
type OfBlock = readonly [number, number, number, number];

/**
 * The sums of products of four rows' features with the coefficients of two classes: six values are read for eight products.
 *
 * @param classes their places; the same one twice for a last one that has no other
 * @param into [classes, BLOCK], overwritten for these classes
 */
function pairProducts(
  coefficients: Float64Array,
  [first, second]: readonly [number, number],
  { values, size }: Rows,
  [one, two, three, four]: OfBlock,
  into: Float64Array,
): void {
  let [a1, a2, a3, a4] = [0, 0, 0, 0];
  let [b1, b2, b3, b4] = [0, 0, 0, 0];
  const [a, b] = [first * size, second * size];
  for (let at = 0; at < size; at += 1) {
    const ofFirst = coefficients[a + at] ?? 0;
    const ofSecond = coefficients[b + at] ?? 0;
    const v1 = values[one + at] ?? 0;
    const v2 = values[two + at] ?? 0;
    const v3 = values[three + at] ?? 0;
    const v4 = values[four + at] ?? 0;
    a1 += ofFirst * v1;
    a2 += ofFirst * v2;
    a3 += ofFirst * v3;
    a4 += ofFirst * v4;
    b1 += ofSecond * v1;
    b2 += ofSecond * v2;
    b3 += ofSecond * v3;
    b4 += ofSecond * v4;
  }
  into.set([b1, b2, b3, b4], second * BLOCK);
  into.set([a1, a2, a3, a4], first * BLOCK);
}

/** Adds four rows, each times a number of its own for each of two classes, to the parts of the gradient of these classes. */
function addToPair(
  gradient: Float64Array,
  [first, second]: readonly [number, number],
  { values, size }: Rows,
  [one, two, three, four]: OfBlock,
  residuals: Float64Array,
): void {
  const [a1 = 0, a2 = 0, a3 = 0, a4 = 0] = residuals.subarray(first * BLOCK, (first + 1) * BLOCK);
  const isPair = second !== first;
  const [b1 = 0, b2 = 0, b3 = 0, b4 = 0] = isPair ? residuals.subarray(second * BLOCK, (second + 1) * BLOCK) : [];
  const [a, b] = [first * size, second * size];
  for (let at = 0; at < size; at += 1) {
    const v1 = values[one + at] ?? 0;
    const v2 = values[two + at] ?? 0;
    const v3 = values[three + at] ?? 0;
    const v4 = values[four + at] ?? 0;
    gradient[a + at] = (gradient[a + at] ?? 0) + (a1 * v1 + a2 * v2) + (a3 * v3 + a4 * v4);
    gradient[b + at] = (gradient[b + at] ?? 0) + (b1 * v1 + b2 * v2) + (b3 * v3 + b4 * v4);
  }
}

/** Turns the products of four rows into probabilities, row by row. @param into [classes, BLOCK] */
function toProbabilities(into: Float64Array, intercepts: Float64Array): void {
  const classes = intercepts.length;
  for (let place = 0; place < BLOCK; place += 1) {
    let largest = -Infinity;
    for (let own = 0; own < classes; own += 1) {
      const logit = (into[own * BLOCK + place] ?? 0) + (intercepts[own] ?? 0);
      into[own * BLOCK + place] = logit;
      if (logit > largest) largest = logit;
    }
    let sum = 0;
    for (let own = 0; own < classes; own += 1) {
      sum += into[own * BLOCK + place] = Math.exp((into[own * BLOCK + place] ?? 0) - largest);
    }
    for (let own = 0; own < classes; own += 1) into[own * BLOCK + place] = (into[own * BLOCK + place] ?? 0) / sum;
  }
}

/**
 * The mean cross-entropy in nats of a problem's rows, with its penalty, and its gradient.
 *
 * Parameters are [classes, size] weights of standardised features, then an intercept for each class, which has no penalty.
 */
export function objectiveOf(problem: Problem, signal: AbortSignal, scaling = scalingOf(problem)): Objective {
  const { rows, labels, classes, chosen, penalty } = problem;
  const { size } = rows;
  const { means, factors } = scaling;
  const pairs = Array.from({ length: Math.ceil(classes / 2) }, (_, pair): readonly [number, number] => {
    return [2 * pair, Math.min(2 * pair + 1, classes - 1)];
  });
  const residuals = new Float64Array(classes * BLOCK);
  return async (parameters, gradient) => {
    const classifier = unscaled(parameters, classes, scaling);
    gradient.fill(0);
    let loss = 0;
    for (let begin = 0; begin < chosen.length; begin += BLOCK) {
      if (begin % ROWS_AT_ONCE === 0) {
        await yieldToMessages();
        signal.throwIfAborted();
      }
      const here = Math.min(BLOCK, chosen.length - begin);
      // Past the last row come rows whose part is 0.
      const start = (place: number): number => (chosen[Math.min(begin + place, chosen.length - 1)] ?? 0) * size;
      const starts = [start(0), start(1), start(2), start(3)] as const;
      for (const pair of pairs) pairProducts(classifier.coefficients, pair, rows, starts, residuals);
      toProbabilities(residuals, classifier.intercepts);
      for (let place = 0; place < BLOCK; place += 1) {
        const label = place < here ? (labels[chosen[begin + place] ?? 0] ?? 0) : -1;
        if (label >= 0) {
          loss -= Math.log(Math.max(residuals[label * BLOCK + place] ?? 0, Number.MIN_VALUE)) / chosen.length;
        }
        for (let own = 0; own < classes; own += 1) {
          const probability = residuals[own * BLOCK + place] ?? 0;
          residuals[own * BLOCK + place] = label < 0 ? 0 : (probability - (own === label ? 1 : 0)) / chosen.length;
        }
      }
      for (let own = 0; own < classes; own += 1) {
        const [one = 0, two = 0, three = 0, four = 0] = residuals.subarray(own * BLOCK, (own + 1) * BLOCK);
        const intercept = classes * size + own;
        gradient[intercept] = (gradient[intercept] ?? 0) + one + two + three + four;
      }
      for (const pair of pairs) addToPair(gradient, pair, rows, starts, residuals);
    }
    for (let own = 0; own < classes; own += 1) {
      const sum = gradient[classes * size + own] ?? 0;
      for (let at = 0; at < size; at += 1) {
        const place = own * size + at;
        const weight = parameters[place] ?? 0;
        loss += (penalty / 2) * weight * weight;
        gradient[place] = ((gradient[place] ?? 0) - (means[at] ?? 0) * sum) * (factors[at] ?? 0) + penalty * weight;
      }
    }
    return loss;
  };
}

/**
 * A multinomial logistic regression with an L2 penalty, found with L-BFGS.
 *
 * @throws the signal's reason
 */
export async function fitClassifier(
  problem: Problem,
  { signal, mostSteps, onStep }: { signal: AbortSignal; mostSteps: number; onStep: (step: number) => void },
): Promise<Classifier> {
  const { classes, labels, chosen, rows } = problem;
  const scaling = scalingOf(problem);
  const begin = new Float64Array(classes * (rows.size + 1));
  const counts = new Float64Array(classes);
  for (const row of chosen) counts[labels[row] ?? 0] = (counts[labels[row] ?? 0] ?? 0) + 1;
  // As frequent as it is, which is what is known before any feature.
  counts.forEach((count, own) => {
    begin[classes * rows.size + own] = Math.log((count + 1) / (chosen.length + classes));
  });
  const found = await minimise(objectiveOf(problem, signal, scaling), begin, { mostSteps, flat: FLAT, onStep });
  return unscaled(found, classes, scaling);
}

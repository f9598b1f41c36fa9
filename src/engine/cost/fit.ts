/** What was measured, and the amounts that a price each made it up. */
export interface Measurement<Kind extends string> {
  readonly amounts: Readonly<Record<Kind, number>>;
  readonly measured: number;
}

/** How far measurements and prices may be off, as standard deviations of natural logarithms. */
export interface Trust {
  /** Of one measurement. */
  readonly noise: number;
  /** Of all prices together: how much faster or slower this machine may be. */
  readonly machine: number;
  /** Of one price beside the others. */
  readonly price: number;
}

const ITERATIONS = 12;
/** Measurements so many standard deviations off count half. */
const HALF_WEIGHT = 1.5;
/** No single correction may lead further, as a logarithm: a damaged measurement must not run away. */
const LONGEST_STEP = 2;

/** Solves a symmetric positive definite system by Cholesky's decomposition; `matrix` is not changed. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const size = right.length;
  const at = (rows: readonly (readonly number[])[], row: number, column: number): number => rows[row]?.[column] ?? 0;
  const lower = Array.from({ length: size }, () => new Array<number>(size).fill(0));
  for (let row = 0; row < size; row += 1) {
    const own = lower[row] ?? [];
    for (let column = 0; column <= row; column += 1) {
      let sum = at(matrix, row, column);
      for (let index = 0; index < column; index += 1) sum -= (own[index] ?? 0) * at(lower, column, index);
      own[column] = row === column ? Math.sqrt(Math.max(sum, 1e-12)) : sum / at(lower, column, column);
    }
  }
  const forward: number[] = [];
  for (let row = 0; row < size; row += 1) {
    let sum = right[row] ?? 0;
    for (let index = 0; index < row; index += 1) sum -= at(lower, row, index) * (forward[index] ?? 0);
    forward[row] = sum / at(lower, row, row);
  }
  const solution = new Array<number>(size).fill(0);
  for (let row = size - 1; row >= 0; row -= 1) {
    let sum = forward[row] ?? 0;
    for (let index = row + 1; index < size; index += 1) sum -= at(lower, index, row) * (solution[index] ?? 0);
    solution[row] = sum / at(lower, row, row);
  }
  return solution;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

/**
 * Corrects prices by what was measured: the most probable prices where measurements are log-normal around the sum of
 * their parts and prices log-normal around those given (Gauss-Newton on logarithms). Heavy tails (Cauchy's weights) and a
 * start at the median keep a few odd measurements from deciding anything; what no measurement speaks of moves only with
 * the machine as a whole.
 */
export function fitPrices<Kind extends string>(
  prices: Readonly<Record<Kind, number>>,
  measurements: readonly Measurement<Kind>[],
  trust: Trust,
): Readonly<Record<Kind, number>> {
  const kinds = Object.keys(prices) as Kind[];
  const usable = measurements.filter(({ measured }) => Number.isFinite(measured) && measured > 0);
  if (usable.length === 0) return prices;
  const parts = (corrections: readonly number[], { amounts }: Measurement<Kind>): number[] =>
    kinds.map((kind, index) => amounts[kind] * prices[kind] * Math.exp(corrections[index] ?? 0));
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  const none = kinds.map(() => 0);

  // A measurement of nothing off stands in, so that one run alone is believed by half.
  const offsets = usable.map((measurement) => Math.log(measurement.measured / sum(parts(none, measurement))));
  const start = median([...offsets, 0]);
  let corrections = kinds.map(() => start);

  // The inverse of price^2 I + machine^2 11': prices differ one by one, and all together.
  const own = 1 / trust.price ** 2;
  const shared = trust.machine ** 2 / (trust.price ** 2 * (trust.price ** 2 + kinds.length * trust.machine ** 2));
  const prior = kinds.map((_, row) => kinds.map((__, column) => (row === column ? own : 0) - shared));

  for (let iteration = 0; iteration < ITERATIONS; iteration += 1) {
    const matrix = prior.map((row) => [...row]);
    const right = prior.map((row) => -sum(row.map((value, column) => value * (corrections[column] ?? 0))));
    for (const measurement of usable) {
      const values = parts(corrections, measurement);
      const predicted = sum(values);
      const off = Math.log(measurement.measured / predicted);
      const weight = 1 / (1 + (off / (HALF_WEIGHT * trust.noise)) ** 2) / trust.noise ** 2;
      const shares = values.map((value) => value / predicted);
      shares.forEach((share, row) => {
        right[row] = (right[row] ?? 0) + weight * share * off;
        shares.forEach((other, column) => {
          const cells = matrix[row];
          if (cells) cells[column] = (cells[column] ?? 0) + weight * share * other;
        });
      });
    }
    const step = solve(matrix, right);
    corrections = corrections.map(
      (value, index) => value + Math.max(-LONGEST_STEP, Math.min(LONGEST_STEP, step[index] ?? 0)),
    );
  }
  return Object.fromEntries(
    kinds.map((kind, index) => [kind, prices[kind] * Math.exp(corrections[index] ?? 0)]),
  ) as Record<Kind, number>;
}

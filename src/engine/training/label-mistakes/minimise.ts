/**
 * A function to be minimised.
 *
 * @param gradient is overwritten
 * @returns its value
 */
export type Objective = (parameters: Float64Array, gradient: Float64Array) => Promise<number>;

/** Steps that the curvature is known from. */
const REMEMBERED = 8;
/** The share of the fall that the slope promises which a step must bring (Armijo). */
const LEAST_FALL = 1e-4;
const MOST_HALVINGS = 20;
/** A gradient so much shorter than the first one is taken for none. */
const FLAT = 1e-4;

const dot = (left: Float64Array, right: Float64Array): number => {
  let sum = 0;
  for (let at = 0; at < left.length; at += 1) sum += (left[at] ?? 0) * (right[at] ?? 0);
  return sum;
};

/** Adds `by` times the one to the other. */
function add(to: Float64Array, of: Float64Array, by: number): void {
  for (let at = 0; at < to.length; at += 1) to[at] = (to[at] ?? 0) + by * (of[at] ?? 0);
}

interface Step {
  readonly moved: Float64Array;
  readonly turned: Float64Array;
  readonly product: number;
}

/** The two loops of L-BFGS: down the gradient, as far as the last steps say that the slope holds. */
function directionOf(gradient: Float64Array, steps: readonly Step[]): Float64Array {
  const direction = gradient.slice();
  const shares = steps.toReversed().map((step) => {
    const share = dot(step.moved, direction) / step.product;
    add(direction, step.turned, -share);
    return share;
  });
  const last = steps.at(-1);
  const scale = last ? last.product / dot(last.turned, last.turned) : 1;
  direction.forEach((value, at) => (direction[at] = value * scale));
  for (const [index, step] of steps.entries()) {
    const share = shares[steps.length - 1 - index] ?? 0;
    add(direction, step.moved, share - dot(step.turned, direction) / step.product);
  }
  direction.forEach((value, at) => (direction[at] = -value));
  return direction;
}

/**
 * Finds where a smooth, convex function is smallest, by L-BFGS with backtracking (Nocedal and Wright, "Numerical
 * Optimization", 2nd ed., algorithms 7.4 and 3.1).
 *
 * @returns where it ended: at a gradient of next to nothing, after `mostSteps`, or where no step leads further down
 */
export async function minimise(
  objective: Objective,
  begin: Float64Array,
  { mostSteps, flat = FLAT, onStep }: { mostSteps: number; flat?: number; onStep?: (step: number) => void },
): Promise<Float64Array> {
  let at = begin.slice();
  let gradient = new Float64Array(begin.length);
  let value = await objective(at, gradient);
  const first = Math.sqrt(dot(gradient, gradient));
  const steps: Step[] = [];
  for (let count = 0; count < mostSteps; count += 1) {
    onStep?.(count);
    const length = Math.sqrt(dot(gradient, gradient));
    if (!(length > first * flat)) break;
    const direction = directionOf(gradient, steps);
    const slope = dot(direction, gradient);
    let size = steps.length === 0 ? 1 / Math.max(1, length) : 1;
    const nextGradient = new Float64Array(begin.length);
    let next = at;
    let nextValue = Infinity;
    for (let halving = 0; halving < MOST_HALVINGS && !(nextValue <= value + LEAST_FALL * size * slope); halving += 1) {
      if (halving > 0) size /= 2;
      next = at.slice();
      add(next, direction, size);
      nextValue = await objective(next, nextGradient);
    }
    if (!(nextValue < value)) break;
    const moved = next.slice();
    add(moved, at, -1);
    const turned = nextGradient.slice();
    add(turned, gradient, -1);
    const product = dot(moved, turned);
    // Of a convex function it is positive but for rounding.
    if (product > 1e-12 * dot(turned, turned)) steps.push({ moved, turned, product });
    if (steps.length > REMEMBERED) steps.shift();
    [at, gradient, value] = [next, nextGradient, nextValue];
  }
  return at;
}

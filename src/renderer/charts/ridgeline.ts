import type { StepHistogram } from '../../shared/contract/histograms.ts';

/** More lines than eyes can tell apart are left out evenly. */
const MOST_RIDGES = 36;
/** How many lines' distances the highest one stands above its own. */
const OVERLAP = 4;

/** One step's histogram as a line with its base. */
export interface Ridge {
  readonly histogram: StepHistogram;
  /** Of an SVG path, open at its base. */
  readonly line: string;
  /** Vertical place of the base. */
  readonly base: number;
}

/** Histograms over one another, the newest in front and lowest, all on one axis. */
export interface Ridgeline {
  readonly low: number;
  readonly high: number;
  /** From the oldest, which is drawn first. */
  readonly ridges: readonly Ridge[];
}

/** So many of the steps, evenly, the first and the last among them. */
function shown(steps: readonly StepHistogram[]): readonly StepHistogram[] {
  if (steps.length <= MOST_RIDGES) return steps;
  const pace = (steps.length - 1) / (MOST_RIDGES - 1);
  return Array.from({ length: MOST_RIDGES }, (_, index) => steps[Math.round(index * pace)]).filter(
    (step) => step !== undefined,
  );
}

/** The share of the values in a part, by how wide it is: histograms of other ends are comparable so. */
function densities({ low, high, counts }: StepHistogram, whole: number): readonly number[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return Array.from(counts, () => 0);
  // Values that are all one stand in one part of what is shown.
  const width = Math.max(high - low, whole / 100) / counts.length;
  return Array.from(counts, (count) => count / total / width);
}

/** Lays the histograms of one tensor out in a box. */
export function ridgeline(steps: readonly StepHistogram[], width: number, height: number): Ridgeline {
  const chosen = shown(steps);
  const low = Math.min(...chosen.map((step) => step.low));
  const high = Math.max(...chosen.map((step) => step.high));
  const whole = high > low ? high - low : 1;
  const all = chosen.map((step) => densities(step, whole));
  const highest = Math.max(...all.flat(), Number.MIN_VALUE);
  const distance = height / (chosen.length + OVERLAP);
  const x = (value: number): string => (((value - low) / whole) * width).toFixed(1);
  const ridges = chosen.map((histogram, index): Ridge => {
    const base = (index + 1 + OVERLAP) * distance - 1;
    const own = all[index] ?? [];
    const part = (histogram.high - histogram.low) / own.length;
    const points = own.map((density, bin) => {
      const y = base - Math.sqrt(density / highest) * OVERLAP * distance;
      return `L${x(histogram.low + (bin + 0.5) * part)} ${y.toFixed(1)}`;
    });
    const [from, to, foot] = [x(histogram.low), x(histogram.high), base.toFixed(1)];
    return { histogram, base, line: `M${from} ${foot}${points.join('')}L${to} ${foot}` };
  });
  return { low, high, ridges };
}

/** Between which values the middle half of a histogram lies, to the part. */
export function middleHalf({ low, high, counts }: StepHistogram): readonly [number, number] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const part = (high - low) / counts.length;
  const at = (share: number): number => {
    let sum = 0;
    for (const [bin, count] of counts.entries()) {
      sum += count;
      if (sum >= share * total) return low + (bin + 0.5) * part;
    }
    return high;
  };
  return [at(0.25), at(0.75)];
}

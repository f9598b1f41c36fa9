import type { ScoredImages } from './scored-images.ts';

const RESAMPLES = 1000;
/** Of many images fewer resamples are as good, and take no longer. */
const FEWEST_RESAMPLES = 200;
const MOST_DRAWS = 1e8;
const LOW = 0.025;
const HIGH = 0.975;

/** A figure with its 95 % interval. */
export interface Interval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** The logarithm of how probable so many of `total` are, where each is with the probability `share`; a running sum of them. */
function quantiles(total: number, share: number): { readonly low: number; readonly high: number } {
  const odds = share / (1 - share);
  const mode = Math.floor((total + 1) * share);
  // Twelve standard deviations hold all that a double can tell from nothing.
  const reach = Math.ceil(12 * Math.sqrt(total * share * (1 - share))) + 12;
  const first = Math.max(0, mode - reach);
  const last = Math.min(total, mode + reach);
  const weights = new Float64Array(last - first + 1);
  weights[mode - first] = 1;
  for (let count = mode; count < last; count += 1) {
    weights[count + 1 - first] = ((weights[count - first] ?? 0) * (total - count) * odds) / (count + 1);
  }
  for (let count = mode; count > first; count -= 1) {
    weights[count - 1 - first] = ((weights[count - first] ?? 0) * count) / ((total - count + 1) * odds);
  }
  const sum = weights.reduce((before, weight) => before + weight, 0);
  const at = (wanted: number): number => {
    let reached = 0;
    const index = weights.findIndex((weight) => (reached += weight / sum) >= wanted);
    return index < 0 ? last : first + index;
  };
  return { low: at(LOW), high: at(HIGH) };
}

/**
 * The bootstrap interval of a share: resampled, so many of as many images are a binomial count, whose percentiles are taken as
 * they are, without drawing.
 *
 * @returns null of no images
 */
export function shareInterval(count: number, total: number): Interval | null {
  if (total === 0) return null;
  const value = count / total;
  if (count === 0 || count === total) return { value, low: value, high: value };
  const { low, high } = quantiles(total, value);
  return { value, low: low / total, high: high / total };
}

/** The mean F1 of the classes that have images; a class that is neither had nor predicted does not count. */
function macroF1(support: ArrayLike<number>, predicted: ArrayLike<number>, correct: ArrayLike<number>): number {
  let [sum, classes] = [0, 0];
  for (let place = 0; place < support.length; place += 1) {
    const images = support[place] ?? 0;
    if (images === 0) continue;
    sum += (2 * (correct[place] ?? 0)) / (images + (predicted[place] ?? 0));
    classes += 1;
  }
  return classes > 0 ? sum / classes : 0;
}

function percentiles(values: Float64Array, value: number): Interval {
  const sorted = values.toSorted();
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] ?? value;
  return { value, low: at(LOW), high: at(HIGH) };
}

/**
 * Bootstrap intervals of the macro F1 and the mean loss: as many images are drawn again, with replacement, a thousand times.
 *
 * @param losses [images]
 * @param random gives 32 random bits at a time
 * @param pause waited for between resamples
 * @returns null of no images
 */
export async function resampledIntervals(
  { labels, predicted, classes }: Pick<ScoredImages, 'labels' | 'predicted' | 'classes'>,
  losses: Float64Array,
  random: () => number,
  pause: () => Promise<void>,
): Promise<{ readonly macroF1: Interval | null; readonly logLoss: Interval | null }> {
  const images = labels.length;
  if (images === 0) return { macroF1: null, logLoss: null };
  const [support, taken, correct] = [new Int32Array(classes), new Int32Array(classes), new Int32Array(classes)];
  const count = (row: number): number => {
    const label = labels[row] ?? 0;
    const winner = predicted[row] ?? 0;
    support[label] = (support[label] ?? 0) + 1;
    taken[winner] = (taken[winner] ?? 0) + 1;
    if (label === winner) correct[label] = (correct[label] ?? 0) + 1;
    return losses[row] ?? 0;
  };
  let sum = 0;
  for (let row = 0; row < images; row += 1) sum += count(row);
  const own = { f1: macroF1(support, taken, correct), loss: sum / images };
  const resamples = Math.max(FEWEST_RESAMPLES, Math.min(RESAMPLES, Math.floor(MOST_DRAWS / images)));
  const [f1, loss] = [new Float64Array(resamples), new Float64Array(resamples)];
  for (let resample = 0; resample < resamples; resample += 1) {
    await pause();
    for (const counts of [support, taken, correct]) counts.fill(0);
    sum = 0;
    // The share of 2^32 by which a draw is off is far below what a thousand of them tell.
    for (let draw = 0; draw < images; draw += 1) sum += count(Math.floor((random() / 2 ** 32) * images));
    f1[resample] = macroF1(support, taken, correct);
    loss[resample] = sum / images;
  }
  return { macroF1: percentiles(f1, own.f1), logLoss: percentiles(loss, own.loss) };
}

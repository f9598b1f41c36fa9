import { calibrationOf, type CalibrationFigures } from './calibration.ts';
import { crossEntropy, type ScoredImages } from './scored-images.ts';

/** Fewer images say nothing of a whole dataset. */
const FEWEST_IMAGES = 20;
/** Beyond these the log loss has no minimum: everything is right, or the probabilities say nothing. */
const LEAST_TEMPERATURE = 0.02;
const MOST_TEMPERATURE = 50;
const MOST_STEPS = 60;
const EXACT_ENOUGH = 1e-7;
/** The smallest float32: a softmax that gave zero was below it. */
const SMALLEST_FLOAT = 1.4e-45;

/** Logits, but for a constant of each image. */
function logProbabilities(probabilities: Float32Array): Float64Array {
  return Float64Array.from(probabilities, (own) => Math.log(Math.max(SMALLEST_FLOAT, own)));
}

interface Slope {
  readonly slope: number;
  readonly curvature: number;
}

/** First and second derivative of the log loss by the inverse temperature, of which it is convex. */
function slopeAt(inverse: number, logits: Float64Array, { labels, classes }: ScoredImages): Slope {
  let [slope, curvature] = [0, 0];
  for (let row = 0; row < labels.length; row += 1) {
    const start = row * classes;
    const end = start + classes;
    let most = -Infinity;
    for (let place = start; place < end; place += 1) most = Math.max(most, logits[place] ?? 0);
    let [total, first, second] = [0, 0, 0];
    for (let place = start; place < end; place += 1) {
      const own = (logits[place] ?? 0) - most;
      const weight = Math.exp(own * inverse);
      total += weight;
      first += weight * own;
      second += weight * own * own;
    }
    const mean = first / total;
    slope += mean - ((logits[start + (labels[row] ?? 0)] ?? 0) - most);
    curvature += second / total - mean * mean;
  }
  return { slope: slope / labels.length, curvature: curvature / labels.length };
}

/** Newton's steps within a bracket that halves where a step would leave it; null where the minimum lies beyond the ends. */
async function leastInverse(slopeOf: (inverse: number) => Slope, pause: () => Promise<void>): Promise<number | null> {
  let [low, high] = [1 / MOST_TEMPERATURE, 1 / LEAST_TEMPERATURE];
  if (slopeOf(low).slope >= 0 || slopeOf(high).slope <= 0) return null;
  let inverse = 1;
  for (let step = 0; step < MOST_STEPS; step += 1) {
    await pause();
    const { slope, curvature } = slopeOf(inverse);
    if (slope < 0) low = inverse;
    else high = inverse;
    const newton = inverse - slope / curvature;
    const next = newton > low && newton < high ? newton : Math.sqrt(low * high);
    if (Math.abs(next - inverse) <= EXACT_ENOUGH * inverse) return next;
    inverse = next;
  }
  return inverse;
}

/** What the classifier would say if its logits were divided by a temperature. */
function calibrationAt(temperature: number, logits: Float64Array, { labels, predicted, classes }: ScoredImages) {
  const confidence = new Float64Array(labels.length);
  const losses = new Float64Array(labels.length);
  for (let row = 0; row < labels.length; row += 1) {
    const start = row * classes;
    let most = -Infinity;
    for (let place = start; place < start + classes; place += 1) most = Math.max(most, logits[place] ?? 0);
    let total = 0;
    for (let place = start; place < start + classes; place += 1) {
      total += Math.exp(((logits[place] ?? 0) - most) / temperature);
    }
    const scaled = (place: number): number => Math.exp(((logits[start + place] ?? 0) - most) / temperature) / total;
    confidence[row] = scaled(predicted[row] ?? 0);
    losses[row] = crossEntropy(scaled(labels[row] ?? 0));
  }
  return calibrationOf(confidence, (row) => labels[row] === predicted[row], losses);
}

export interface ScaledByTemperature {
  readonly temperature: number;
  readonly calibration: CalibrationFigures;
}

/**
 * The temperature that divides logits so that the log loss is least (Guo et al., 2017). The logarithms of probabilities are
 * logits but for a constant of each image, whether a softmax gave them or the sigmoid of two classes.
 *
 * @param pause waited for between two passes over the images
 * @returns null for few images, where the log loss has no least (all are right), and where probabilities were not kept
 */
export async function scaledByTemperature(
  scored: ScoredImages,
  pause: () => Promise<void>,
): Promise<ScaledByTemperature | null> {
  const { probabilities, labels } = scored;
  if (!probabilities || labels.length < FEWEST_IMAGES) return null;
  const logits = logProbabilities(probabilities);
  const inverse = await leastInverse((at) => slopeAt(at, logits, scored), pause);
  if (inverse === null) return null;
  return { temperature: 1 / inverse, calibration: calibrationAt(1 / inverse, logits, scored) };
}

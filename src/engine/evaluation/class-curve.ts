import type { ScoredImages } from './scored-images.ts';

/** More points than this say nothing more to an eye. */
const MOST_POINTS = 500;

interface CurvePoint {
  /** At this probability and above an image is taken for the class. */
  readonly threshold: number;
  readonly truePositives: number;
  readonly falsePositives: number;
}

/** One class against the rest. */
export interface ClassCurve {
  readonly positives: number;
  readonly negatives: number;
  /** The area under the ROC curve, by which a pair of equal probabilities counts half; null without both kinds of images. */
  readonly rocAuc: number | null;
  /** The mean of the precisions, weighted by the recall that each threshold adds, as scikit-learn defines it; null without positives. */
  readonly averagePrecision: number | null;
  /** By falling threshold; one for each probability that occurs. */
  readonly points: readonly CurvePoint[];
}

/** The probabilities of a class, of images that have it and of the others, the largest first. */
function divided({ labels, classes }: ScoredImages, probabilities: Float32Array, place: number) {
  let positives = 0;
  for (const label of labels) positives += Number(label === place);
  const own = new Float32Array(positives);
  const others = new Float32Array(labels.length - positives);
  let [ownCount, otherCount] = [0, 0];
  for (let row = 0; row < labels.length; row += 1) {
    const probability = probabilities[row * classes + place] ?? 0;
    if (labels[row] === place) own[ownCount++] = probability;
    else others[otherCount++] = probability;
  }
  return { own: own.sort().reverse(), others: others.sort().reverse() };
}

/**
 * How well the probability of a class tells its images from the rest, at every threshold.
 *
 * @param place of the class
 * @param onPoint told of each threshold
 */
function walk(
  scored: ScoredImages,
  probabilities: Float32Array,
  place: number,
  onPoint: (point: CurvePoint) => void,
): Omit<ClassCurve, 'points'> {
  const { own, others } = divided(scored, probabilities, place);
  let [truePositives, falsePositives, area, precision] = [0, 0, 0, 0];
  while (truePositives < own.length || falsePositives < others.length) {
    const threshold = Math.max(own[truePositives] ?? -Infinity, others[falsePositives] ?? -Infinity);
    const [hitsBefore, missesBefore] = [truePositives, falsePositives];
    while (own[truePositives] === threshold) truePositives += 1;
    while (others[falsePositives] === threshold) falsePositives += 1;
    if (truePositives === hitsBefore && falsePositives === missesBefore) break;
    // A trapezium: those of the same probability count half.
    area += ((falsePositives - missesBefore) * (truePositives + hitsBefore)) / 2;
    precision += ((truePositives - hitsBefore) * truePositives) / (truePositives + falsePositives);
    onPoint({ threshold, truePositives, falsePositives });
  }
  const [positives, negatives] = [own.length, others.length];
  return {
    positives,
    negatives,
    rocAuc: positives > 0 && negatives > 0 ? area / (positives * negatives) : null,
    averagePrecision: positives > 0 ? precision / positives : null,
  };
}

/** The areas under a class' curves; null where the probabilities were not kept. */
export function classAreas(scored: ScoredImages, place: number): Pick<ClassCurve, 'rocAuc' | 'averagePrecision'> {
  const { probabilities } = scored;
  if (!probabilities) return { rocAuc: null, averagePrecision: null };
  const { rocAuc, averagePrecision } = walk(scored, probabilities, place, () => undefined);
  return { rocAuc, averagePrecision };
}

/** At even distances, the first and the last among them. */
function thinned(points: readonly CurvePoint[]): readonly CurvePoint[] {
  if (points.length <= MOST_POINTS) return points;
  const step = (points.length - 1) / (MOST_POINTS - 1);
  return Array.from({ length: MOST_POINTS }, (_, index) => points[Math.round(index * step)]).filter(
    (point) => point !== undefined,
  );
}

/**
 * ROC and precision-recall curve of one class against the rest.
 *
 * @param probabilities [images, classes] row-major
 */
export function classCurve(scored: ScoredImages, probabilities: Float32Array, place: number): ClassCurve {
  const points: CurvePoint[] = [];
  const areas = walk(scored, probabilities, place, (point) => points.push(point));
  return { ...areas, points: thinned(points) };
}

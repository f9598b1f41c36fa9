import type { EvaluationCurves } from '../../../../shared/contract/evaluate.ts';

export interface PlanePoint {
  readonly x: number;
  readonly y: number;
}

/** What taking images for a class from a probability on comes to; shares are null where nothing is divided by. */
export interface AtThreshold {
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly falseNegatives: number;
  readonly trueNegatives: number;
  readonly precision: number | null;
  readonly recall: number | null;
  readonly specificity: number | null;
  readonly f1: number | null;
  readonly accuracy: number | null;
}

type Counts = Pick<EvaluationCurves['points'][number], 'truePositives' | 'falsePositives'>;

const share = (part: number, whole: number): number | null => (whole > 0 ? part / whole : null);

function figures({ truePositives, falsePositives }: Counts, curves: EvaluationCurves): AtThreshold {
  const falseNegatives = curves.positives - truePositives;
  const trueNegatives = curves.negatives - falsePositives;
  return {
    truePositives,
    falsePositives,
    falseNegatives,
    trueNegatives,
    precision: share(truePositives, truePositives + falsePositives),
    recall: share(truePositives, curves.positives),
    specificity: share(trueNegatives, curves.negatives),
    f1: share(2 * truePositives, 2 * truePositives + falsePositives + falseNegatives),
    accuracy: share(truePositives + trueNegatives, curves.positives + curves.negatives),
  };
}

/** What a threshold comes to: at it and above an image is taken for the class. */
export function atThreshold(curves: EvaluationCurves, threshold: number): AtThreshold {
  // Thresholds fall along the points, so the last one that is not below it has counted all that lie above.
  const reached = curves.points.filter((point) => point.threshold >= threshold).at(-1);
  return figures(reached ?? { truePositives: 0, falsePositives: 0 }, curves);
}

/** The threshold at which F1 is greatest, the largest of several; null without points. */
export function bestThreshold(curves: EvaluationCurves): number | null {
  let best: { readonly threshold: number; readonly f1: number } | null = null;
  for (const point of curves.points) {
    const f1 = figures(point, curves).f1 ?? 0;
    if (best === null || f1 > best.f1) best = { threshold: point.threshold, f1 };
  }
  // An endpoint above all probabilities is none that a slider can stand at.
  return best === null ? null : Math.min(1, Math.max(0, best.threshold));
}

/** The ROC curve from (0, 0) to (1, 1): false positive rate, true positive rate. Empty without both kinds of images. */
export function rocPoints({ points, positives, negatives }: EvaluationCurves): PlanePoint[] {
  if (positives === 0 || negatives === 0) return [];
  const inner = points.map(({ truePositives, falsePositives }) => ({
    x: falsePositives / negatives,
    y: truePositives / positives,
  }));
  return [{ x: 0, y: 0 }, ...inner, { x: 1, y: 1 }];
}

/**
 * The precision-recall curve: recall, precision. A step goes down at the recall where it was reached, as average precision
 * counts it, for between two thresholds nothing lies.
 */
export function precisionPoints({ points, positives }: EvaluationCurves): PlanePoint[] {
  if (positives === 0) return [];
  const drawn: PlanePoint[] = [];
  for (const { truePositives, falsePositives } of points) {
    if (truePositives + falsePositives === 0) continue;
    const y = truePositives / (truePositives + falsePositives);
    const x = truePositives / positives;
    const before = drawn.at(-1)?.x ?? 0;
    if (x > before) drawn.push({ x: before, y });
    drawn.push({ x, y });
  }
  return drawn;
}

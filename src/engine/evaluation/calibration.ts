import { meanOf } from './scored-images.ts';

const BINS = 15;

interface CalibrationBin {
  readonly from: number;
  readonly to: number;
  readonly images: number;
  readonly confidence: number | null;
  readonly accuracy: number | null;
}

export interface CalibrationFigures {
  readonly bins: CalibrationBin[];
  /** The expected calibration error: mean |accuracy - confidence|, weighted by images. */
  readonly ece: number;
  readonly logLoss: number;
}

/**
 * How often a class was right that was predicted with some probability, in 15 equal bins, each with its upper end, as Guo et
 * al. ("On Calibration of Modern Neural Networks", 2017) measure it.
 *
 * @param confidence [images] of the class that was predicted
 * @param isRight [images] whether that was the label
 * @param losses [images] in nats
 */
export function calibrationOf(
  confidence: ArrayLike<number>,
  isRight: (row: number) => boolean,
  losses: ArrayLike<number>,
): CalibrationFigures {
  const images = new Int32Array(BINS);
  const sums = new Float64Array(BINS);
  const right = new Int32Array(BINS);
  for (let row = 0; row < confidence.length; row += 1) {
    const own = confidence[row] ?? 0;
    const bin = Math.min(BINS - 1, Math.max(0, Math.ceil(own * BINS) - 1));
    images[bin] = (images[bin] ?? 0) + 1;
    sums[bin] = (sums[bin] ?? 0) + own;
    right[bin] = (right[bin] ?? 0) + Number(isRight(row));
  }
  const bins = Array.from(images, (count, bin): CalibrationBin => ({
    from: bin / BINS,
    to: (bin + 1) / BINS,
    images: count,
    confidence: count > 0 ? (sums[bin] ?? 0) / count : null,
    accuracy: count > 0 ? (right[bin] ?? 0) / count : null,
  }));
  const gaps = bins.map((bin) => bin.images * Math.abs((bin.accuracy ?? 0) - (bin.confidence ?? 0)));
  return {
    bins,
    ece: gaps.reduce((sum, gap) => sum + gap, 0) / Math.max(1, confidence.length),
    logLoss: meanOf(losses) ?? 0,
  };
}

import type { Calibration } from '../../../../shared/contract/evaluate.ts';

/** A bin as it is drawn: where it lies, and how large its mark is. */
export interface BinPoint {
  readonly x: number;
  readonly y: number;
  /** CSS pixels. */
  readonly radius: number;
}

const LEAST_RADIUS = 2.5;
const MOST_RADIUS = 9;

/** The bins that have images: mean probability, share that was right; a mark's area goes with its images. */
export function calibrationPoints({ bins }: Pick<Calibration, 'bins'>): BinPoint[] {
  const most = Math.max(1, ...bins.map(({ images }) => images));
  return bins.flatMap(({ images, confidence, accuracy }) =>
    images === 0 || confidence === null || accuracy === null
      ? []
      : [{ x: confidence, y: accuracy, radius: Math.max(LEAST_RADIUS, MOST_RADIUS * Math.sqrt(images / most)) }],
  );
}

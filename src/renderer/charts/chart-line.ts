import type { Curve } from './curve.ts';
import { firstAtOrAfter } from './curve.ts';
import { smooth } from './smoothing.ts';
import { thin } from './thinning.ts';

export type LineRole = 'train' | 'validation' | 'rate';

/** One line of a chart. */
export interface ChartLine extends Curve {
  /** As in the log: `loss`, `val_loss`. */
  readonly key: string;
  readonly label: string;
  readonly role: LineRole;
  /** Where several runs are drawn: which of them, in a colour and a shape of its own. */
  readonly mark?: number;
}

export interface Range {
  readonly from: number;
  readonly to: number;
}

/** What of a line is drawn. */
export interface DrawnLine {
  /** The values as they are; null where they are all there is to draw. */
  readonly raw: Curve | null;
  readonly main: Curve;
  /** Few points that carry a mark, so that lines differ by more than colour. */
  readonly marks: Curve;
}

const MARKS_AT_MOST = 24;
const NO_MARKS: Curve = { x: [], y: [] };

function within(curve: Curve, range: Range | null): Curve {
  if (!range) return curve;
  // One point beyond each end, so that the line leaves the frame where it should.
  const start = Math.max(0, firstAtOrAfter(curve.x, range.from) - 1);
  const end = firstAtOrAfter(curve.x, range.to) + 1;
  return { x: curve.x.slice(start, end), y: curve.y.slice(start, end) };
}

function marksOf(curve: Curve, role: LineRole): Curve {
  const { length } = curve.x;
  // One point alone makes no line.
  if (role !== 'validation') return length === 1 ? curve : NO_MARKS;
  const every = Math.ceil(length / MARKS_AT_MOST);
  const kept = (_: number, index: number): boolean => (length - 1 - index) % every === 0;
  return { x: curve.x.filter(kept), y: curve.y.filter(kept) };
}

/**
 * Smooths a line and thins it to what can be seen.
 *
 * @param maxPoints about as many as the chart is wide in pixels
 */
export function drawnLine(line: ChartLine, smoothing: number, range: Range | null, maxPoints: number): DrawnLine {
  const values = thin(within(line, range), maxPoints);
  if (smoothing === 0) return { raw: null, main: values, marks: marksOf(values, line.role) };
  const smoothed = within({ x: line.x, y: smooth(line.y, smoothing) }, range);
  const main = thin(smoothed, maxPoints);
  return { raw: values, main, marks: marksOf(main, line.role) };
}

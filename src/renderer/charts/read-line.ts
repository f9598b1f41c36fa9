import type { ChartLine } from './chart-line.ts';
import type { ChartView } from './chart-view.ts';
import { nearestIndex } from './curve.ts';
import { smooth } from './smoothing.ts';

/** What a line says at `x`, or nearest to it, in words; empty where it says nothing. */
export function readLine(line: ChartLine, view: ChartView, x: number): string[] {
  const { formatValue, formatSmoothed, formatPosition, smoothing } = view;
  const index = nearestIndex(line.x, x);
  const value = line.y[index];
  if (value === undefined || !Number.isFinite(value)) return [];
  const parts = [`${line.label} ${formatValue(value)}`];
  const smoothed = smoothing > 0 ? smooth(line.y.slice(0, index + 1), smoothing).at(-1) : undefined;
  if (smoothed !== undefined) parts.push(`(${formatSmoothed(formatValue(smoothed))})`);
  // Validation is known at epochs' ends only: a value from elsewhere says where from.
  if (line.x[index] !== x) parts.push(`– ${formatPosition(line.x[index] ?? NaN)}`);
  return [parts.join(' ')];
}

/** The position and what all lines say there. */
export function readAll(view: ChartView, x: number): string[] {
  return [view.formatPosition(x), ...view.lines.flatMap((line) => readLine(line, view, x))];
}

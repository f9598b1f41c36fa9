import type { ChartLine } from './chart-line.ts';

/** What a chart shows. */
export interface ChartView {
  readonly lines: readonly ChartLine[];
  readonly smoothing: number;
  readonly logarithmic: boolean;
  readonly axisTitle: string;
  readonly valueTitle: string;
  /** Values where they are read. */
  readonly formatValue: (value: number) => string;
  /** Values as they stand at the axis. */
  readonly formatTick: (value: number) => string;
  readonly formatPosition: (x: number) => string;
  readonly formatSmoothed: (value: string) => string;
  readonly best: { readonly x: number; readonly label: string } | null;
  /** The value axis goes no further, whatever room is left above and below the lines. */
  readonly bounds: { readonly min: number; readonly max: number };
}

/** Whether two views differ in what Chart.js has to be configured anew for. */
export function differsInForm(first: ChartView, second: ChartView): boolean {
  return (
    first.logarithmic !== second.logarithmic ||
    first.axisTitle !== second.axisTitle ||
    first.valueTitle !== second.valueTitle
  );
}

/** Where the lines begin and end. */
export function extent(lines: readonly ChartLine[]): { min: number; max: number } {
  const ends = lines.flatMap(({ x }) => [x[0] ?? NaN, x.at(-1) ?? NaN]).filter(Number.isFinite);
  return ends.length === 0 ? { min: 0, max: 1 } : { min: Math.min(...ends), max: Math.max(...ends) };
}

const ROOM_SHARE = 0.04;
/** Of the value, where a line is flat. */
const FLAT_ROOM_SHARE = 0.1;

/** A little room beyond the lines, but none beyond what a value can be. */
export function boundedRoom(
  lines: readonly ChartLine[],
  bounds: { readonly min: number; readonly max: number },
): { suggestedMin: number; suggestedMax: number } {
  let low = Infinity;
  let high = -Infinity;
  for (const { y } of lines) {
    for (const value of y) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  if (low > high) return { suggestedMin: bounds.min, suggestedMax: Math.min(1, bounds.max) };
  const room = high > low ? (high - low) * ROOM_SHARE : Math.abs(high) * FLAT_ROOM_SHARE;
  return { suggestedMin: Math.max(bounds.min, low - room), suggestedMax: Math.min(bounds.max, high + room) };
}

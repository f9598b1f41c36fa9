import type { ChartLine } from './chart-line.ts';

/** A part of a run, from where it begins to where the next one does. */
export interface ChartPart {
  readonly x: number;
  readonly label: string;
}

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
  /** Where parts of the run begin, with what they are called; none where it is one piece. */
  readonly parts: readonly ChartPart[];
  /** A value that the lines are held to, such as what was there before the first step. */
  readonly level: { readonly y: number; readonly label: string } | null;
  /** The value axis goes no further, whatever room is left above and below the lines. */
  readonly bounds: { readonly min: number; readonly max: number };
}

/** Whether two views differ in what Chart.js has to be configured anew for. */
export function differsInForm(first: ChartView, second: ChartView): boolean {
  return (
    first.logarithmic !== second.logarithmic ||
    (first.parts.length === 0) !== (second.parts.length === 0) ||
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

/** A little room beyond the lines and their level, but none beyond what a value can be. */
export function boundedRoom({ lines, bounds, level }: Pick<ChartView, 'lines' | 'bounds' | 'level'>): {
  suggestedMin: number;
  suggestedMax: number;
} {
  let low = level?.y ?? Infinity;
  let high = level?.y ?? -Infinity;
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

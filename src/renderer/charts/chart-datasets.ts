import type { ChartDataset, Point } from 'chart.js';
import { colourOf, faint, type ChartColours } from './chart-colours.ts';
import { MARK_COLOURS, markOf, type MarkShape } from '../state/class-marks.ts';
import { drawnLine, type ChartLine, type Range } from './chart-line.ts';
import type { Curve } from './curve.ts';

export type LineDataset = ChartDataset<'line', Point[]>;

/** The `order` of lines that a pointer reads; those behind them are only seen. */
export const READ_ORDER = 1;
const MARK_ORDER = 2;
const RAW_ORDER = 3;

const POINT_STYLES = {
  circle: 'circle',
  square: 'rect',
  triangle: 'triangle',
  cross: 'rectRounded',
} as const satisfies Record<MarkShape, string>;
/** Of lines beyond those that have a colour of their own. */
const DASH = [6, 4];

function points(curve: Curve): Point[] {
  return curve.x.map((x, index) => ({ x, y: curve.y[index] ?? NaN }));
}

/**
 * What Chart.js draws of a line: its values faintly, their smoothed line, and marks on it.
 *
 * @param range what is zoomed to; null for all of it
 * @param width of the chart, in CSS pixels
 */
export function lineDatasets(
  line: ChartLine,
  colours: ChartColours,
  smoothing: number,
  range: Range | null,
  width: number,
): LineDataset[] {
  const { raw, main, marks } = drawnLine(line, smoothing, range, width);
  const colour = colourOf(line, colours);
  const { mark } = line;
  const dash = mark !== undefined && mark >= MARK_COLOURS ? DASH : [];
  const base = { label: line.label, pointRadius: 0, pointHitRadius: 0 };
  return [
    { ...base, data: raw ? points(raw) : [], order: RAW_ORDER, borderWidth: 1, borderColor: faint(colour) },
    { ...base, data: points(main), order: READ_ORDER, borderWidth: 2, borderDash: dash, borderColor: colour },
    {
      ...base,
      data: points(marks),
      order: MARK_ORDER,
      showLine: false,
      pointRadius: mark === undefined ? 2.5 : 3.5,
      pointStyle: mark === undefined ? 'circle' : POINT_STYLES[markOf(mark).shape],
      pointBackgroundColor: colour,
      borderWidth: 0,
      borderColor: colour,
    },
  ];
}

/** Brings new data and colours into datasets that a chart holds already: it keeps what it knows of each by its object. */
export function refresh(held: readonly LineDataset[], made: readonly LineDataset[]): boolean {
  if (held.length !== made.length) return false;
  made.forEach((dataset, index) => Object.assign(held[index] ?? {}, dataset));
  return true;
}

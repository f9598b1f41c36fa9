import { Chart, type Plugin } from 'chart.js';
import type { ChartPart, ChartView } from './chart-view.ts';
import { nearestIndex } from './curve.ts';

export interface MarkerOptions {
  /** Where the dashed line stands; null for none. */
  x: number | null;
  label: string;
  parts: readonly ChartPart[];
  level: ChartView['level'];
  colour: string;
  textColour: string;
  partColour: string;
}

const FONT_PIXELS = 11;
/** Quieter than the lines that are read. */
const PART_OPACITY = 0.5;

/** Whether the lines pass nearer to the bottom than to the top where x is, in pixels. */
function passesLow(chart: Chart<'line'>, x: number): boolean {
  const { top, bottom } = chart.chartArea;
  const heights = chart.getSortedVisibleDatasetMetas().flatMap(({ data }) => {
    const near = nearestIndex(
      data.map((element) => element.x),
      x,
    );
    return data[near]?.y ?? [];
  });
  return heights.reduce((sum, y) => sum + y - (top + bottom) / 2, 0) > 0;
}

/** The dashed line at the best epoch. */
function drawBest(chart: Chart<'line'>, { x: best, label, colour, textColour }: MarkerOptions): void {
  const scale = chart.scales['x'];
  if (!scale || best === null || best < scale.min || best > scale.max) return;
  const { ctx, chartArea } = chart;
  const x = Math.round(scale.getPixelForValue(best)) + 0.5;
  ctx.strokeStyle = colour;
  ctx.setLineDash([4, 4]);
  ctx.beginPath();
  ctx.moveTo(x, chartArea.top);
  ctx.lineTo(x, chartArea.bottom);
  ctx.stroke();
  ctx.fillStyle = textColour;
  // Where no line strikes it through.
  const atTop = passesLow(chart, x);
  ctx.textBaseline = atTop ? 'top' : 'bottom';
  const beside = x + 4 + ctx.measureText(label).width < chartArea.right;
  ctx.textAlign = beside ? 'left' : 'right';
  const y = atTop ? chartArea.top + 4 : chartArea.bottom - 4;
  ctx.fillText(label, beside ? x + 4 : x - 4, y);
}

/** As much of the words as there is room for. */
function fitted(context: CanvasRenderingContext2D, words: string, room: number): string {
  if (context.measureText(words).width <= room) return words;
  let kept = words.length;
  while (kept > 0 && context.measureText(`${words.slice(0, kept)}…`).width > room) kept -= 1;
  return kept === 0 ? '' : `${words.slice(0, kept)}…`;
}

/** A thin line where each part of the run begins, with its name above it. */
function drawParts(chart: Chart<'line'>, { parts, partColour }: MarkerOptions): void {
  const scale = chart.scales['x'];
  if (!scale || parts.length === 0) return;
  const { ctx, chartArea } = chart;
  ctx.strokeStyle = partColour;
  ctx.fillStyle = partColour;
  ctx.setLineDash([]);
  ctx.textAlign = 'left';
  ctx.textBaseline = 'bottom';
  parts.forEach(({ x, label }, index) => {
    const next = parts[index + 1]?.x ?? Infinity;
    const from = Math.max(chartArea.left, scale.getPixelForValue(x));
    const to = Math.min(chartArea.right, next === Infinity ? chartArea.right : scale.getPixelForValue(next));
    if (to <= chartArea.left || from >= chartArea.right) return;
    const left = Math.round(from) + 0.5;
    // The first begins where the chart does.
    if (index > 0 && from > chartArea.left) {
      ctx.globalAlpha = PART_OPACITY;
      ctx.beginPath();
      ctx.moveTo(left, chartArea.top - FONT_PIXELS - 4);
      ctx.lineTo(left, chartArea.bottom);
      ctx.stroke();
      ctx.globalAlpha = 1;
    }
    ctx.fillText(fitted(ctx, label, to - left - 8), left + 4, chartArea.top - 4);
  });
}

/** The dashed line at the value that the lines are held to. */
function drawLevel(chart: Chart<'line'>, { level, partColour }: MarkerOptions): void {
  const scale = chart.scales['y'];
  if (!scale || level === null || level.y < scale.min || level.y > scale.max) return;
  const { ctx, chartArea } = chart;
  const y = Math.round(scale.getPixelForValue(level.y)) + 0.5;
  ctx.strokeStyle = partColour;
  ctx.fillStyle = partColour;
  ctx.setLineDash([2, 3]);
  ctx.beginPath();
  ctx.moveTo(chartArea.left, y);
  ctx.lineTo(chartArea.right, y);
  ctx.stroke();
  const above = y - FONT_PIXELS - 4 > chartArea.top;
  ctx.textAlign = 'right';
  ctx.textBaseline = above ? 'bottom' : 'top';
  ctx.fillText(level.label, chartArea.right - 4, above ? y - 3 : y + 3);
}

/** What stands in a chart beside its lines: the best epoch, where parts of the run begin, a value to hold them to. */
export const marker: Plugin<'line', MarkerOptions> = {
  id: 'marker',
  afterDatasetsDraw(chart, _, options) {
    const { ctx } = chart;
    ctx.save();
    ctx.font = `${FONT_PIXELS}px ${String(Chart.defaults.font.family)}`;
    drawParts(chart, options);
    drawLevel(chart, options);
    drawBest(chart, options);
    ctx.restore();
  },
};

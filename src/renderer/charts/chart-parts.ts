import {
  Chart,
  Interaction,
  LinearScale,
  LineController,
  LineElement,
  LogarithmicScale,
  PointElement,
  Tooltip,
  type InteractionModeFunction,
  type Plugin,
} from 'chart.js';
import zoom from 'chartjs-plugin-zoom';
import { READ_ORDER } from './chart-datasets.ts';
import { nearestIndex } from './curve.ts';

declare module 'chart.js' {
  interface InteractionModeMap {
    /** Of every line that is read, the point nearest to the pointer's x. */
    atX: InteractionModeFunction;
  }
  // The type parameter belongs to the declaration that is widened here.
  // eslint-disable-next-line @typescript-eslint/no-unused-vars
  interface PluginOptionsByType<TType> {
    marker: MarkerOptions;
  }
}

export interface MarkerOptions {
  /** Where the dashed line stands; null for none. */
  x: number | null;
  label: string;
  colour: string;
  textColour: string;
}

const atX: InteractionModeFunction = (chart, event) => {
  const wanted = event.x === null ? undefined : chart.scales['x']?.getValueForPixel(event.x);
  if (wanted === undefined) return [];
  return chart.getSortedVisibleDatasetMetas().flatMap((meta) => {
    if (meta.order !== READ_ORDER) return [];
    const points = chart.data.datasets[meta.index]?.data ?? [];
    const xs = points.map((point) => (typeof point === 'object' && point && 'x' in point ? Number(point.x) : NaN));
    const index = nearestIndex(xs, wanted);
    const element = meta.data[index];
    return element ? [{ element, datasetIndex: meta.index, index }] : [];
  });
};

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
const marker: Plugin<'line', MarkerOptions> = {
  id: 'marker',
  afterDatasetsDraw(chart, _, options) {
    const scale = chart.scales['x'];
    if (!scale || options.x === null || options.x < scale.min || options.x > scale.max) return;
    const { ctx, chartArea } = chart;
    const x = Math.round(scale.getPixelForValue(options.x)) + 0.5;
    ctx.save();
    ctx.strokeStyle = options.colour;
    ctx.setLineDash([4, 4]);
    ctx.beginPath();
    ctx.moveTo(x, chartArea.top);
    ctx.lineTo(x, chartArea.bottom);
    ctx.stroke();
    ctx.fillStyle = options.textColour;
    ctx.font = `11px ${String(Chart.defaults.font.family)}`;
    // Where no line strikes it through.
    const atTop = passesLow(chart, x);
    ctx.textBaseline = atTop ? 'top' : 'bottom';
    const beside = x + 4 + ctx.measureText(options.label).width < chartArea.right;
    ctx.textAlign = beside ? 'left' : 'right';
    const y = atTop ? chartArea.top + 4 : chartArea.bottom - 4;
    ctx.fillText(options.label, beside ? x + 4 : x - 4, y);
    ctx.restore();
  },
};

/** Registers the parts of Chart.js that are used here, and no others. */
export function registerChartParts(): void {
  Interaction.modes.atX = atX;
  Chart.register(LineController, LineElement, PointElement, LinearScale, LogarithmicScale, Tooltip, zoom, marker);
}

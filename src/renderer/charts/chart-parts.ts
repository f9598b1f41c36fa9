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
} from 'chart.js';
import zoom from 'chartjs-plugin-zoom';
import { READ_ORDER } from './chart-datasets.ts';
import { marker, type MarkerOptions } from './chart-marker.ts';
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

/** Registers the parts of Chart.js that are used here, and no others. */
export function registerChartParts(): void {
  Interaction.modes.atX = atX;
  Chart.register(LineController, LineElement, PointElement, LinearScale, LogarithmicScale, Tooltip, zoom, marker);
}

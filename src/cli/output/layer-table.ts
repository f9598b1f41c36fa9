import type { LayerGauge } from '../../shared/contract/layer-metrics.ts';
import { count, printable } from './format.ts';
import { table } from './table.ts';

const HEADER = ['layer', 'state', 'step', 'gradient norm', 'weight drift'];

function figure(value: number | null): string {
  if (value === null) return '–';
  return value === 0 || (value >= 0.001 && value < 1e5) ? String(Number(value.toPrecision(4))) : value.toExponential(3);
}

/** What a run last measured of its layers, one a line. */
export function layerTable(layers: readonly LayerGauge[]): string[] {
  const rows = layers.map(({ layer, state, step, gradientNorm, drift }) => [
    printable(layer),
    state,
    count(step),
    figure(gradientNorm),
    figure(drift),
  ]);
  return table([HEADER, ...rows], [2, 3, 4]);
}

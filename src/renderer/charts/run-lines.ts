import type { EpochMetrics } from '../../shared/contract/run.ts';
import { charts } from '../strings/charts.ts';
import type { ChartLine, LineRole } from './chart-line.ts';
import type { ChartPart } from './chart-view.ts';
import type { Curve } from './curve.ts';
import { EMPTY_CURVE } from './curve.ts';
import { epochCurve } from './epochs.ts';

export const CHART_KINDS = ['accuracy', 'loss', 'learningRate'] as const;
export type ChartKind = (typeof CHART_KINDS)[number];
export type ChartAxis = 'step' | 'epoch';

/** What is known of a run's metrics. */
export interface RunMetrics {
  readonly curves: Readonly<Record<'loss' | 'accuracy' | 'learning_rate', Curve>>;
  readonly history: readonly EpochMetrics[];
  readonly stepsPerEpoch: number | null;
}

type EpochKey = Exclude<keyof EpochMetrics, 'epoch'>;
interface LineSource {
  readonly key: string;
  readonly role: LineRole;
  readonly byEpoch: EpochKey;
  /** null where the log knows it by epoch only. */
  readonly byStep: keyof RunMetrics['curves'] | null;
}

const SOURCES: Readonly<Record<ChartKind, readonly LineSource[]>> = {
  accuracy: [
    { key: 'accuracy', role: 'train', byEpoch: 'accuracy', byStep: 'accuracy' },
    { key: 'val_accuracy', role: 'validation', byEpoch: 'val_accuracy', byStep: null },
  ],
  loss: [
    { key: 'loss', role: 'train', byEpoch: 'loss', byStep: 'loss' },
    { key: 'val_loss', role: 'validation', byEpoch: 'val_loss', byStep: null },
  ],
  learningRate: [{ key: 'learning_rate', role: 'rate', byEpoch: 'learningRate', byStep: 'learning_rate' }],
};

/** The lines of a chart. Over steps, what is known by epoch stands where its epoch ends. */
export function runLines(kind: ChartKind, axis: ChartAxis, metrics: RunMetrics): ChartLine[] {
  return SOURCES[kind].map(({ key, role, byEpoch, byStep }) => {
    const curve = lineCurve(axis, byEpoch, byStep, metrics);
    return { key, role, label: charts.lines[role], x: curve.x, y: curve.y };
  });
}

function lineCurve(axis: ChartAxis, byEpoch: EpochKey, byStep: LineSource['byStep'], metrics: RunMetrics): Curve {
  const { curves, history, stepsPerEpoch } = metrics;
  if (axis === 'epoch') return epochCurve(history, byEpoch);
  if (byStep) return curves[byStep];
  return stepsPerEpoch === null ? EMPTY_CURVE : epochCurve(history, byEpoch, stepsPerEpoch);
}

/**
 * Where the stages of a run begin in a chart. Over epochs, which are points, a stage begins half way to its first one;
 * over steps, with the step after the last one before.
 *
 * @param stepsPerEpoch null while it is not known: nothing stands over steps then
 */
export function stageParts(
  stages: readonly { readonly name: string; readonly firstEpoch: number }[],
  axis: ChartAxis,
  stepsPerEpoch: number | null,
): readonly ChartPart[] {
  if (axis === 'step' && stepsPerEpoch === null) return [];
  return stages.map(({ name, firstEpoch }) => ({
    label: name,
    x: axis === 'epoch' ? firstEpoch - 0.5 : (firstEpoch - 1) * (stepsPerEpoch ?? 0) + 0.5,
  }));
}

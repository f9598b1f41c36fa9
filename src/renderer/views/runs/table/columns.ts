import type { RunColumn } from '../../../../shared/contract/run-query.ts';
import type { ShownColumn } from '../../../../shared/contract/settings.ts';
import { runTable as words } from '../../../strings/run-table.ts';

/** CSS pixels. */
export const LEAST_WIDTH = 56;
export const MOST_WIDTH = 800;
const WIDTH = 120;

/** Not a key of the log: the curve of `val_accuracy`. */
export const SPARKLINE = 'sparkline';

/** What every listed run brings, whatever columns are asked for. */
export const OWN_COLUMNS: ReadonlySet<string> = new Set([
  'name',
  'status',
  'val_accuracy',
  SPARKLINE,
  'network',
  'strategy',
  'dataset',
  'epochs_done',
  'tag',
  'note',
  'group',
  'created',
]);

/** What else of a metric than its value at the best epoch. */
const TAKES = ['last', 'min', 'max'];

const WIDTHS: Readonly<Record<string, number>> = {
  name: 150,
  status: 104,
  val_accuracy: 106,
  [SPARKLINE]: 96,
  network: 168,
  strategy: 84,
  dataset: 114,
  epochs_done: 74,
  tag: 96,
  note: 200,
  created: 144,
  duration: 94,
};

const USUAL = [
  'name',
  'status',
  'val_accuracy',
  SPARKLINE,
  'network',
  'strategy',
  'dataset',
  'epochs_done',
  'tag',
  'created',
  'duration',
] as const;

export const USUAL_COLUMNS: readonly ShownColumn[] = USUAL.map((key) => ({ key, width: usualWidth(key) }));

/** How wide a column is at first, in CSS pixels. */
export function usualWidth(key: string): number {
  return WIDTHS[key] ?? WIDTH;
}

/** The name comes first, however they were kept, and is always there. */
export function shownColumns(kept: readonly ShownColumn[] | null): readonly ShownColumn[] {
  if (kept === null || kept.length === 0) return USUAL_COLUMNS;
  const name = kept.find(({ key }) => key === 'name') ?? { key: 'name', width: usualWidth('name') };
  return [name, ...kept.filter(({ key }) => key !== 'name')];
}

export function labelOf(key: string): string {
  return words.labels[key] ?? key;
}

/** All keys that can be columns, those of metrics in each of their ways too; what is shown already is among them. */
export function offeredKeys(keys: readonly RunColumn[], shown: readonly ShownColumn[]): string[] {
  const offered = keys.flatMap(({ key, of }) =>
    of === 'metric' ? [key, ...TAKES.map((take) => `${take}(${key})`)] : [key],
  );
  return [...new Set([SPARKLINE, ...offered, ...shown.map(({ key }) => key)])].filter((key) => key !== 'name');
}

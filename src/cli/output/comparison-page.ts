import type {
  ComparedMetric,
  ComparedParameter,
  PredictionsPage,
  RunComparison,
} from '../../shared/contract/compare.ts';
import { bytes, count, duration, moment, printable } from './format.ts';
import { emphasis } from './style.ts';
import { table } from './table.ts';

/** Names of layers in one line, at most. */
const LAYERS_SHOWN = 6;

/** Runs are told apart by letters: their ids are too long for the head of a column. */
function letter(index: number): string {
  return String.fromCharCode('A'.charCodeAt(0) + index);
}

function parameterCell(value: ComparedParameter['values'][number]): string {
  if (value === null) return '–';
  return value === '' ? '(none)' : printable(String(value));
}

function metricValue(key: string, value: number): string {
  if (key === 'duration' || key === 'seconds') return duration(value);
  if (key === 'peak_memory_bytes') return bytes(value);
  if (key === 'learning_rate') return String(Number(value.toPrecision(4)));
  return Number.isInteger(value) && Math.abs(value) > 1 ? count(value) : value.toFixed(4);
}

/** `0.9020` and, beside the first run, `0.9120 +0.0100`. */
function metricCells(key: string, values: ComparedMetric['best']): string[] {
  const [first = null] = values;
  return values.map((value, index) => {
    if (value === null) return '–';
    const told = metricValue(key, value);
    if (index === 0 || first === null || value === first) return told;
    const difference = metricValue(key, Math.abs(value - first));
    return `${told} ${value > first ? '+' : '-'}${difference}`;
  });
}

function metricRows(metrics: readonly ComparedMetric[]): string[][] {
  return metrics.flatMap(({ key, best, last }) => {
    if (last === null) return [[`  ${key}`, ...metricCells(key, best)]];
    return [
      [`  ${key}, best epoch`, ...metricCells(key, best)],
      [`  ${key}, last epoch`, ...metricCells(key, last)],
    ];
  });
}

/** What of the freeze masks differs from the first run's, one line for each other run. */
function maskLines({ runs, layers }: RunComparison): string[] {
  return runs.slice(1).flatMap((_, index) => {
    const run = index + 1;
    const weighty = layers.filter(({ states }) => [states[0], states[run]].some((own) => (own?.parameters ?? 0) > 0));
    const both = weighty.filter(({ states }) => states[0] != null && states[run] != null);
    const other = both.filter(
      ({ states }) => states[0]?.state !== states[run]?.state || states[0]?.statistics !== states[run]?.statistics,
    );
    const apart = weighty.length - both.length;
    const names = other.slice(0, LAYERS_SHOWN).map(({ name, states }) => {
      const state = states[run]?.state === states[0]?.state ? `statistics ${states[run]?.statistics ?? ''}` : null;
      return `${printable(name)} ${state ?? states[run]?.state ?? ''}`;
    });
    const more = other.length > LAYERS_SHOWN ? ` and ${other.length - LAYERS_SHOWN} more` : '';
    const told =
      other.length === 0
        ? `as in A, ${both.length} layers with parameters`
        : `${other.length} of ${both.length} layers with parameters differ from A: ${names.join(', ')}${more}`;
    return [`  ${letter(run)}  ${told}${apart > 0 ? `; ${apart} are of one network alone` : ''}`];
  });
}

function predictionLines({ images, shared, changed, evaluated }: PredictionsPage, runs: number): string[] {
  if (evaluated.length < 2) return ['  fewer than two of these runs kept what they made of each image'];
  const lacking = runs - evaluated.length;
  return [
    `  ${count(changed)} of ${count(shared)} images changed, of ${count(images)} in all`,
    ...(lacking > 0 ? [`  ${lacking} of the runs kept nothing of each image`] : []),
  ];
}

/**
 * Runs side by side: what differs in their plans, what came out, what was frozen, what they made of the validation.
 *
 * @param all tells also what is the same in all of them
 */
export function comparisonPage(
  comparison: RunComparison,
  predictions: PredictionsPage,
  { all }: { readonly all: boolean },
): string[] {
  const { runs, parameters, metrics } = comparison;
  const letters = runs.map((_, index) => letter(index));
  const section = (name: string, lines: readonly string[]): string[] => [
    '',
    emphasis(name, 'strong', process.stdout),
    ...lines,
  ];
  const shown = parameters.filter(({ differs }) => all || differs);
  const parameterRows = shown.map(({ key, values }) => [`  ${key}`, ...values.map(parameterCell)]);
  const right = letters.map((_, index) => index + 1);
  return [
    ...table(
      runs.map(({ runId, name, status, createdAt }, index) => [
        letter(index),
        runId,
        printable(name),
        status,
        moment(createdAt),
      ]),
    ),
    ...section(
      all ? 'Parameters' : 'What differs',
      parameterRows.length === 0
        ? ['  nothing: these are runs of one plan']
        : table([['', ...letters], ...parameterRows]),
    ),
    ...section(
      'Metrics, and their difference to A',
      metrics.length === 0 ? ['  none yet'] : table([['', ...letters], ...metricRows(metrics)], right),
    ),
    ...section('Freeze masks', maskLines(comparison)),
    ...section('Predictions of the validation', predictionLines(predictions, runs.length)),
  ];
}

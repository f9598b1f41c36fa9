import { categorySummaries, type CategorySummary } from '../../shared/contract/group-summary.ts';
import type { GroupAxis, GroupResults } from '../../shared/contract/group-results.ts';
import { displayWidth, duration, printable, share } from './format.ts';
import { emphasis } from './style.ts';
import { table } from './table.ts';

const CELLS = 41;
const POINT = '·';
const MEAN = '●';

const STRATEGY_WORDS: Readonly<Record<string, string>> = {
  features: 'only the head',
  finetune: 'fine-tuning',
  scratch: 'from scratch',
};

/** A category as people read it. */
export function categoryWords(axis: GroupAxis, category: string): string {
  return axis === 'strategy' ? (STRATEGY_WORDS[category] ?? category) : printable(category);
}

const HEADERS: Readonly<Record<GroupAxis, string>> = {
  strategy: 'strategy',
  boundary: 'trains from',
  learningRate: 'learning rate',
  run: 'run',
};

function row(axis: GroupAxis, summary: CategorySummary): readonly string[] {
  const { category, mean, least, greatest, runs, seconds } = summary;
  const time = seconds === null ? '–' : duration(seconds);
  return [categoryWords(axis, category), share(mean), share(least), share(greatest), String(runs), time];
}

/** Each category with the mean, the least and the greatest accuracy of its runs, and how long one took. */
export function groupTable(results: GroupResults): string[] {
  const header = [HEADERS[results.axis], 'mean', 'least', 'greatest', 'runs', 'time'];
  return table([header, ...categorySummaries(results).map((summary) => row(results.axis, summary))], [1, 2, 3, 4, 5]);
}

/** The end of an axis, at a twentieth. */
function ends(values: readonly number[]): readonly [number, number] {
  const least = Math.floor(Math.min(...values) * 20) / 20;
  const greatest = Math.ceil(Math.max(...values) * 20) / 20;
  return least === greatest ? [Math.max(0, least - 0.05), greatest + 0.05] : [least, greatest];
}

/**
 * A line for each category, each seed's best `val_accuracy` a point on it and their mean marked; empty where no run has one.
 */
export function groupChart(results: GroupResults, stream: NodeJS.WriteStream): string[] {
  const values = results.points.flatMap(({ valAccuracy }) => valAccuracy ?? []);
  if (values.length === 0) return [];
  const [left, right] = ends(values);
  const cellOf = (value: number): number => Math.round(((value - left) / (right - left)) * (CELLS - 1));
  const labels = results.categories.map((category) => categoryWords(results.axis, category));
  const width = Math.max(...labels.map(displayWidth));
  const indent = ' '.repeat(width);
  const lines = categorySummaries(results).map(({ category, mean }, index) => {
    const cells = Array.from({ length: CELLS }, () => ' ');
    for (const point of results.points) {
      if (point.category === category && point.valAccuracy !== null) cells[cellOf(point.valAccuracy)] = POINT;
    }
    if (mean !== null) cells[cellOf(mean)] = emphasis(MEAN, 'ice', stream);
    const label = labels[index] ?? '';
    return `${label}${' '.repeat(width - displayWidth(label))} │${cells.join('')}│ ${share(mean)}`;
  });
  const scale = `${left.toFixed(2)}${' '.repeat(CELLS - 8)}${right.toFixed(2)}`;
  const what = `${indent}  val_accuracy: ${POINT} a run, ${MEAN} their mean`;
  return [...lines, `${indent} └${'─'.repeat(CELLS)}┘`, `${indent}  ${scale}`, what];
}

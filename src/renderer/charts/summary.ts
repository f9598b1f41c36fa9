import { charts } from '../strings/charts.ts';
import type { ChartLine } from './chart-line.ts';

/** A chart in sentences, for who does not see it. */
export function chartSummary(title: string, lines: readonly ChartLine[], format: (value: number) => string): string {
  const words = charts.summary;
  const told = lines.flatMap(({ label, y }) => {
    const values = y.filter(Number.isFinite);
    const [first] = values;
    const last = values.at(-1);
    if (first === undefined || last === undefined) return [];
    let low = first;
    let high = first;
    for (const value of values) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    return [words.line(label, format(first), format(last), format(low), format(high), values.length)];
  });
  return told.length === 0 ? words.none(title) : `${title}. ${told.join(' ')}`;
}

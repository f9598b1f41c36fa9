import { quote } from '../../shared/csv/quote.ts';
import type { Curve } from './curve.ts';

export interface Column extends Curve {
  readonly name: string;
}

/** The values of several curves side by side: one row for each `x` that any of them has, rising. */
export function alignCurves(columns: readonly Curve[]): { readonly x: number; readonly values: (number | null)[] }[] {
  const rows = new Map<number, (number | null)[]>();
  columns.forEach((column, index) => {
    column.x.forEach((x, point) => {
      const row = rows.get(x) ?? columns.map(() => null);
      const value = column.y[point] ?? NaN;
      row[index] = Number.isNaN(value) ? null : value;
      rows.set(x, row);
    });
  });
  return [...rows].map(([x, values]) => ({ x, values })).sort((first, second) => first.x - second.x);
}

/**
 * Curves as comma-separated values with a header line, as RFC 4180 has them; a value that is missing is an empty cell.
 *
 * @param axis what `x` counts: `step`, `epoch`
 */
export function toCsv(axis: string, columns: readonly Column[]): string {
  const lines = alignCurves(columns).map(({ x, values }) => [x, ...values.map((value) => value ?? '')].join(','));
  const header = [axis, ...columns.map(({ name }) => name)].map(quote).join(',');
  return [header, ...lines, ''].join('\r\n');
}

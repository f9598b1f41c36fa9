import type { RunColumn, RunKeyType } from '../../../../shared/contract/run-query.ts';
import { bytes, count, duration, metric, percent } from '../../../strings/format.ts';
import { moment } from '../../../strings/moment.ts';
import { runTable as words } from '../../../strings/run-table.ts';
import { SPARKLINE } from './columns.ts';

const TAKEN = /^(?:last|min|max)\((.*)\)$/su;

/** What is in each column, by what the log says of its keys. */
export class ColumnTypes {
  readonly #types: ReadonlyMap<string, RunKeyType>;

  constructor(columns: readonly RunColumn[]) {
    this.#types = new Map(columns.map(({ key, type }) => [key, type]));
  }

  typeOf(key: string): RunKeyType {
    const taken = TAKEN.exec(key)?.[1];
    return this.#types.get(taken ?? key) ?? (taken === undefined ? 'any' : 'number');
  }

  /** Whether it holds figures, which stand at the right, rather than words. */
  isFigure(key: string): boolean {
    if (key === SPARKLINE) return false;
    return !['text', 'boolean'].includes(this.typeOf(key));
  }

  /** Words begin with the first, figures with the greatest. */
  startsDescending(key: string): boolean {
    return this.isFigure(key) || this.typeOf(key) === 'boolean';
  }

  /** A value in words, with its unit; empty where there is none. */
  format(key: string, value: string | number | null): string {
    if (value === null) return '';
    if (typeof value === 'string') return value;
    switch (this.typeOf(key)) {
      case 'boolean':
        return value === 0 ? words.grid.no : words.grid.yes;
      case 'time':
        return moment(value);
      case 'duration':
        return duration(value);
      case 'text':
      case 'number':
      case 'any':
        return formatNumber(TAKEN.exec(key)?.[1] ?? key, value);
    }
  }
}

function formatNumber(key: string, value: number): string {
  if (/accuracy$/u.test(key)) return percent(value);
  if (key === 'peak_memory') return bytes(value);
  // A seed is a name that is a number.
  if (key === 'seed') return String(value);
  return Number.isInteger(value) ? count(value) : metric(value);
}

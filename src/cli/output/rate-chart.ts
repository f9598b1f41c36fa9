import type { RateSearch, TriedRate } from '../../shared/contract/finders.ts';

const COLUMNS = 64;
const ROWS = 12;
/** Losses above what the search began with, by this share of the fall, are drawn at the upper rim. */
const HEADROOM = 0.3;

function figure(value: number): string {
  return Number(value.toPrecision(3)).toString();
}

function power(exponent: number): string {
  return `1e${exponent}`;
}

/** Numbers of the tens between two rates at their columns; the left one where two would overlap. */
function axis(columnOf: (rate: number) => number, first: number, last: number): string {
  let line = '';
  for (let exponent = Math.ceil(Math.log10(first) - 1e-9); exponent <= Math.log10(last) + 1e-9; exponent++) {
    const column = columnOf(10 ** exponent);
    if (line !== '' && column < line.length + 1) continue;
    line = line.padEnd(column) + power(exponent);
  }
  return line;
}

/** The smoothed loss by rate, rates on a logarithmic scale, as lines for a terminal; `|` is the suggested rate. */
export function rateChart({ points, suggestions }: Pick<RateSearch, 'points' | 'suggestions'>): string[] {
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last || points.length < 2) return [];
  const losses = points.map(({ smoothed }) => smoothed);
  const least = Math.min(...losses);
  const rim = Math.min(Math.max(...losses), first.smoothed + HEADROOM * (first.smoothed - least || first.smoothed));
  const columnOf = (rate: number): number =>
    Math.round((Math.log(rate / first.rate) / Math.log(last.rate / first.rate)) * (COLUMNS - 1));
  const rowOf = ({ smoothed }: TriedRate): number =>
    Math.round(((rim - Math.min(smoothed, rim)) / (rim - least || 1)) * (ROWS - 1));
  const cells = Array.from({ length: ROWS }, () => Array.from({ length: COLUMNS }, () => ' '));
  const [suggested] = suggestions;
  const marked = suggested && columnOf(Math.min(Math.max(suggested.rate, first.rate), last.rate));
  for (const row of cells) if (marked !== undefined) row[marked] = '|';
  for (const point of points) {
    const row = cells[rowOf(point)];
    if (row) row[columnOf(point.rate)] = '*';
  }
  const labels = cells.map((_, row) => (row === 0 ? figure(rim) : row === ROWS - 1 ? figure(least) : ''));
  const width = Math.max(...labels.map(({ length }) => length));
  return [
    ...cells.map((row, index) => `  ${(labels[index] ?? '').padStart(width)} ${row.join('')}`.trimEnd()),
    `  ${' '.repeat(width)} ${axis(columnOf, first.rate, last.rate)}`.trimEnd(),
  ];
}

import type { Places } from './paged-list.svelte.ts';

/** A part of a table: its rows, below a head that stays where they are folded away. */
export interface TablePart {
  readonly hasHead: boolean;
  /** Those in sight: none where they are folded away. */
  readonly rows: number;
}

export type TableLine =
  | { readonly kind: 'head'; readonly part: number }
  | { readonly kind: 'row'; readonly part: number; readonly row: number };

/** Where each part of a table begins, in lines. */
export interface LineLayout {
  readonly total: number;
  readonly starts: readonly number[];
  readonly parts: readonly TablePart[];
}

export function layOutLines(parts: readonly TablePart[]): LineLayout {
  const starts: number[] = [];
  let total = 0;
  for (const { hasHead, rows } of parts) {
    starts.push(total);
    total += (hasHead ? 1 : 0) + rows;
  }
  return { total, starts, parts };
}

/** What stands at a line; null beyond the last. */
export function lineAt({ total, starts, parts }: LineLayout, index: number): TableLine | null {
  if (index < 0 || index >= total) return null;
  let [low, high] = [0, starts.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((starts[middle] ?? 0) <= index) low = middle;
    else high = middle - 1;
  }
  const inside = index - (starts[low] ?? 0);
  const heads = parts[low]?.hasHead === true ? 1 : 0;
  return inside < heads ? { kind: 'head', part: low } : { kind: 'row', part: low, row: inside - heads };
}

/** The line at which a row of a part stands. */
export function lineOf({ starts, parts }: LineLayout, part: number, row: number): number {
  return (starts[part] ?? 0) + (parts[part]?.hasHead === true ? 1 : 0) + row;
}

/** Rows of one part, from `first` up to, not including, `end`. */
export interface PartRows extends Places {
  readonly part: number;
}

/** The rows among the lines from `first` up to, not including, `end`, part by part; heads are none. */
export function rowsWithin(layout: LineLayout, first: number, end: number): PartRows[] {
  const found: PartRows[] = [];
  for (const [part, { rows }] of layout.parts.entries()) {
    const begin = lineOf(layout, part, 0);
    const from = Math.max(0, first - begin);
    const to = Math.min(rows, end - begin);
    if (from < to) found.push({ part, first: from, end: to });
  }
  return found;
}

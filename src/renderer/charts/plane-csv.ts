import { quote } from '../../shared/csv/quote.ts';
import type { PlaneView } from './plane-view.ts';

/** The points of a chart's lines as comma-separated values, one a row, without those it is only compared with. */
export function planeCsv({ xTitle, yTitle, lines }: PlaneView): string {
  const rows = lines
    .filter(({ role }) => role !== 'muted')
    .flatMap(({ label, points }) => points.map(({ x, y }) => `${quote(label)},${x},${y}`));
  return [['line', xTitle, yTitle].map(quote).join(','), ...rows, ''].join('\r\n');
}

/** What a file may be called everywhere, of what people call it. */
export function fileNameOf(...parts: readonly string[]): string {
  return parts.map((part) => part.replaceAll(/[^\p{L}\p{N}._-]+/gu, '-')).join('-');
}

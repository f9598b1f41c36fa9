/** A line of a table: its fields, and the line of the file where it begins, counted from 1. */
export interface CsvRow {
  readonly line: number;
  readonly fields: readonly string[];
}

const SEPARATORS = [',', ';', '\t'] as const;

/** The separator that the first line has most of. */
export function separatorOf(text: string): string {
  const end = text.search(/[\r\n]/);
  const first = end === -1 ? text : text.slice(0, end);
  const counted = SEPARATORS.map((separator) => ({ separator, count: first.split(separator).length }));
  return counted.reduce((best, next) => (next.count > best.count ? next : best)).separator;
}

/**
 * Reads a table as RFC 4180 writes it, with any separator and any end of line; quoted fields may hold both, and "" for a
 * quote. A quote that never ends takes no more than its own line.
 */
export function* csvRows(text: string, separator: string): Generator<CsvRow, void, undefined> {
  const length = text.length;
  let at = text.startsWith('\ufeff') ? 1 : 0;
  let line = 1;
  while (at < length) {
    const fields: string[] = [];
    const begins = line;
    for (;;) {
      const quoted = text[at] === '"' ? closeQuote(text, at) : -1;
      if (quoted !== -1) {
        const value = text.slice(at + 1, quoted).replaceAll('""', '"');
        line += value.match(/\r\n|[\r\n]/g)?.length ?? 0;
        fields.push(value);
        at = quoted + 1;
      } else {
        let end = at;
        while (end < length && text[end] !== separator && text[end] !== '\n' && text[end] !== '\r') end += 1;
        fields.push(text.slice(at, end));
        at = end;
      }
      // What stands between a closing quote and the separator has no meaning.
      while (at < length && text[at] !== separator && text[at] !== '\n' && text[at] !== '\r') at += 1;
      if (text[at] !== separator) break;
      at += 1;
    }
    at += text[at] === '\r' && text[at + 1] === '\n' ? 2 : 1;
    line += 1;
    if (fields.length > 1 || fields[0]?.trim() !== '') yield { line: begins, fields };
  }
}

/** So long a field is no path and no label. */
const LONGEST_FIELD = 65_536;

function closeQuote(text: string, at: number): number {
  for (let end = at + 1; end < text.length && end - at < LONGEST_FIELD; end += 1) {
    if (text[end] !== '"') continue;
    if (text[end + 1] !== '"') return end;
    end += 1;
  }
  return -1;
}

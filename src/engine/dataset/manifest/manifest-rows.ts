import type { ManifestColumns } from '../../../shared/contract/dataset-structure.ts';
import { ThawError } from '../../../shared/errors/thaw-error.ts';
import { findColumns, placesWithoutNames, type Columns } from './columns.ts';
import { csvRows, separatorOf } from './csv.ts';
import { UNREADABLE_CHARACTER } from './manifest-text.ts';

/** What one line says, or what is wrong with it. `path` is what it names, for people where it is wrong. */
export type ManifestRow = { readonly line: number; readonly path: string } & (
  | { readonly kind: 'image'; readonly label: string; readonly split: string | null }
  | { readonly kind: 'problem'; readonly reason: string }
);

const MANIFEST_NAME = /\.(?:csv|tsv|jsonl|ndjson)$/i;
const JSON_LINES_NAME = /\.(?:jsonl|ndjson)$/i;

export const isManifestName = (name: string): boolean => MANIFEST_NAME.test(name);

/** More images are no dataset for one machine. */
const MOST_ROWS = 5_000_000;
const LONGEST = 4096;

function rowOf(line: number, path: string, label: string, split: string | null): ManifestRow {
  const problem = (reason: string): ManifestRow => ({ line, path: path.slice(0, 200), kind: 'problem', reason });
  if ([path, label, split ?? ''].some((text) => text.includes(UNREADABLE_CHARACTER))) {
    return problem('the line is not UTF-8 text');
  }
  if (path === '') return problem('the line names no file');
  if (path.length > LONGEST || label.length > LONGEST) return problem('the line is too long');
  if (label === '') return problem('the line names no class');
  return { line, path, kind: 'image', label, split: split === null || split === '' ? null : split };
}

/** What a manifest's lines are read by. */
interface Reading {
  /** Of the file, for errors. */
  readonly name: string;
  readonly columns?: ManifestColumns | undefined;
}

function* tableRows(text: string, { name, columns: asked }: Reading): Generator<ManifestRow, boolean, undefined> {
  const rows = csvRows(text, separatorOf(text));
  const first = rows.next();
  if (first.done === true) return false;
  const head = first.value.fields.map((field) => field.trim());
  // A table of which columns are named has their names in its first line.
  const withoutNames = asked === undefined ? placesWithoutNames(head) : null;
  const columns = withoutNames ? null : findColumns(head, asked, name);
  const places = columns
    ? {
        path: head.indexOf(columns.path),
        label: head.indexOf(columns.label),
        split: columns.split === null ? null : head.indexOf(columns.split),
      }
    : withoutNames;
  if (places === null) return false;
  const field = (fields: readonly string[], place: number): string => fields[place]?.trim() ?? '';
  const read = ({ line, fields }: { line: number; fields: readonly string[] }): ManifestRow =>
    rowOf(
      line,
      field(fields, places.path),
      field(fields, places.label),
      places.split === null ? null : field(fields, places.split),
    );
  if (columns === null) yield read(first.value);
  for (const row of rows) yield read(row);
  return true;
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value.trim();
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

function* jsonRows(text: string, { name, columns: asked }: Reading): Generator<ManifestRow, boolean, undefined> {
  let columns: Columns | null = null;
  let [line, at] = [0, text.startsWith('\ufeff') ? 1 : 0];
  while (at < text.length) {
    const end = text.indexOf('\n', at);
    const content = text.slice(at, end === -1 ? text.length : end).trim();
    at = end === -1 ? text.length : end + 1;
    line += 1;
    if (content === '') continue;
    let entry: Readonly<Record<string, unknown>> | null = null;
    try {
      const parsed: unknown = JSON.parse(content);
      if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) {
        entry = parsed as Readonly<Record<string, unknown>>;
      }
    } catch {
      // Said below, with what parses but is no object.
    }
    if (entry === null) {
      yield { line, path: content.slice(0, 60), kind: 'problem', reason: 'the line is no JSON object' };
      continue;
    }
    columns ??= findColumns(Object.keys(entry), asked, name);
    if (columns === null) return false;
    const split = columns.split === null ? null : textOf(entry[columns.split]);
    yield rowOf(line, textOf(entry[columns.path]), textOf(entry[columns.label]), split);
  }
  return columns !== null;
}

export interface ManifestRowsOptions extends Reading {
  /** So many rows are enough. */
  readonly most?: number | undefined;
}

/**
 * The lines of a manifest: CSV of any separator, or JSON lines, by the file's ending.
 *
 * @returns null where it has no columns of paths and classes
 * @throws ThawError `file.tooLarge`, `dataset.classes` for a column asked for that is not there
 */
export function manifestRows(text: string, options: ManifestRowsOptions): readonly ManifestRow[] | null {
  const { name, most } = options;
  const source = JSON_LINES_NAME.test(name) ? jsonRows(text, options) : tableRows(text, options);
  const rows: ManifestRow[] = [];
  for (let next = source.next(); ; next = source.next()) {
    if (next.done === true) return next.value || rows.some(({ kind }) => kind === 'image') ? rows : null;
    rows.push(next.value);
    if (rows.length === most) return rows;
    if (rows.length > MOST_ROWS) {
      throw new ThawError(
        'file.tooLarge',
        `A manifest names at most ${MOST_ROWS} images; ${name} names more.`,
        'Split the dataset.',
      );
    }
  }
}

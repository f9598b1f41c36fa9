import { setImmediate } from 'node:timers/promises';
import type Database from 'better-sqlite3';
import { SPARKLINE_POINTS, type RunList, type RunListRequest, type RunRow } from '../../shared/contract/run-list.ts';
import type { RunColumn } from '../../shared/contract/run-query.ts';
import type { Log } from './log.ts';
import { EPOCH_KEYS } from './metric-writer.ts';
import { KeyCatalogue } from './query/key-catalogue.ts';
import { keyExpression, selectRuns } from './query/select-runs.ts';
import { RUN_SUMMARY } from './run-reader.ts';

/** As many runs as are listed when nobody says how many. */
const RUNS_LISTED = 1000;
/** How long the log is read before others have their turn. */
const SLICE_MILLISECONDS = 20;

type Value = RunRow['values'][number];

type StoredRow = Omit<RunRow, 'starred' | 'tags' | 'group' | 'values' | 'sparkline'> & {
  readonly starred: number;
  readonly groupId: string | null;
  readonly groupName: string | null;
};

const ROW = `${RUN_SUMMARY}, run.starred AS starred, run.note AS note, run.archived_at AS archivedAt,
  run.trashed_at AS trashedAt, parent.id AS parentRunId, run_group.id AS groupId, run_group.name AS groupName`;

/** So many of the values, evenly spread, the first and the last among them. */
function thinned(values: readonly number[], most: number): number[] {
  if (values.length <= most) return [...values];
  const step = (values.length - 1) / (most - 1);
  return Array.from({ length: most }, (_, place) => values[Math.round(place * step)] ?? Number.NaN);
}

function sparklines(database: Database.Database): (run: number) => number[] {
  const curve = database
    .prepare<[string, number], number>(
      `SELECT value FROM epoch_metric
       WHERE key = (SELECT number FROM metric_key WHERE name = ?) AND run = ? AND value IS NOT NULL ORDER BY epoch`,
    )
    .pluck();
  return (run) => thinned(curve.all(EPOCH_KEYS.val_accuracy, run).filter(Number.isFinite), SPARKLINE_POINTS);
}

/** The values of a run's columns; what is infinite has no place in a table. */
function columnValues(
  database: Database.Database,
  keys: KeyCatalogue,
  columns: readonly string[],
): (run: number) => Value[] {
  if (columns.length === 0) return () => [];
  const expressions = columns.map((key) => keyExpression(keys, key));
  const read = database
    .prepare<unknown[], Value[]>(`SELECT ${expressions.map(({ text }) => text).join(', ')} FROM run WHERE number = ?`)
    .raw();
  const values = expressions.flatMap((expression) => expression.values);
  return (run) =>
    (read.get(...values, run) ?? []).map((value) =>
      typeof value === 'number' && !Number.isFinite(value) ? null : value,
    );
}

function rowReader(
  database: Database.Database,
  keys: KeyCatalogue,
  { columns = [], sparkline = false }: RunListRequest,
): (run: number) => RunRow | null {
  const stored = database.prepare<[number], StoredRow>(
    `SELECT ${ROW} FROM run LEFT JOIN run AS parent ON parent.number = run.parent
       LEFT JOIN run_group ON run_group.number = run.run_group WHERE run.number = ?`,
  );
  const tags = database.prepare<[number], string>('SELECT tag FROM run_tag WHERE run = ? ORDER BY tag').pluck();
  const curve = sparklines(database);
  const valuesOf = columnValues(database, keys, columns);
  return (run) => {
    const row = stored.get(run);
    if (!row) return null;
    const { starred, groupId, groupName, ...rest } = row;
    return {
      ...rest,
      starred: starred === 1,
      tags: tags.all(run),
      group: groupId === null || groupName === null ? null : { id: groupId, name: groupName },
      values: valuesOf(run),
      sparkline: sparkline ? curve(run) : null,
    };
  };
}

/**
 * A page of the runs that fit, in order, and how many fit in all. A long page is read in slices, so that others have their
 * turn; a run that is deleted meanwhile is left out.
 *
 * @throws QueryError for a query, a key to sort by or a column that is none
 */
export async function listRuns(log: Log, request: RunListRequest): Promise<RunList> {
  const { offset = 0, limit = RUNS_LISTED } = request;
  const { total, page } = log.read('read the runs', (database) => {
    const fitting = selectRuns(database, new KeyCatalogue(database), request);
    return { total: fitting.length, page: fitting.slice(offset, offset + limit) };
  });
  const runs: RunRow[] = [];
  const readSlice = (database: Database.Database, begin: number): number => {
    const readRow = rowReader(database, new KeyCatalogue(database), request);
    const end = performance.now() + SLICE_MILLISECONDS;
    let next = begin;
    do {
      const row = readRow(page[next] ?? 0);
      if (row) runs.push(row);
      next += 1;
    } while (next < page.length && performance.now() < end);
    return next;
  };
  let next = 0;
  do {
    const begin = next;
    next = log.read('read the runs', (database) => readSlice(database, begin));
    if (next < page.length) await setImmediate();
  } while (next < page.length);
  return { total, runs };
}

/** Everything that the runs of the log can be queried, sorted, grouped or shown by. */
export function listColumns(log: Log): RunColumn[] {
  return log.read('read the runs', (database) => new KeyCatalogue(database).columns());
}

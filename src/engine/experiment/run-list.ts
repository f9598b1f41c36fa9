import type Database from 'better-sqlite3';
import {
  SPARKLINE_POINTS,
  type RunList,
  type RunListRequest,
  type RunRow,
  type RunShelf,
} from '../../shared/contract/run-list.ts';
import { EPOCH_KEYS } from './metric-writer.ts';
import type { Log } from './log.ts';
import { RUN_SUMMARY } from './run-reader.ts';

/** As many runs as are listed when nobody says how many. */
const RUNS_LISTED = 1000;

const SHELVES: Readonly<Record<RunShelf, string>> = {
  active: 'run.trashed_at IS NULL AND run.archived_at IS NULL',
  archived: 'run.trashed_at IS NULL AND run.archived_at IS NOT NULL',
  trash: 'run.trashed_at IS NOT NULL',
};

type StoredRow = Omit<RunRow, 'starred' | 'tags' | 'group' | 'values' | 'sparkline'> & {
  readonly number: number;
  readonly starred: number;
  readonly groupId: string | null;
  readonly groupName: string | null;
};

const ROW = `${RUN_SUMMARY}, run.number AS number, run.starred AS starred, run.note AS note,
  run.archived_at AS archivedAt, run.trashed_at AS trashedAt, parent.id AS parentRunId,
  run_group.id AS groupId, run_group.name AS groupName`;

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
  return (run) => thinned(curve.all(EPOCH_KEYS.val_accuracy, run), SPARKLINE_POINTS);
}

function readRows(database: Database.Database, stored: readonly StoredRow[], sparkline: boolean): RunRow[] {
  const tags = database.prepare<[number], string>('SELECT tag FROM run_tag WHERE run = ? ORDER BY tag').pluck();
  const curve = sparklines(database);
  return stored.map(({ number, starred, groupId, groupName, ...row }) => ({
    ...row,
    starred: starred === 1,
    tags: tags.all(number),
    group: groupId === null || groupName === null ? null : { id: groupId, name: groupName },
    values: [],
    sparkline: sparkline ? curve(number) : null,
  }));
}

/** A page of the runs that fit, the newest first, and how many fit in all. */
export function listRuns(log: Log, request: RunListRequest): RunList {
  const { offset = 0, limit = RUNS_LISTED, sparkline = false, shelf = 'active', status } = request;
  const where = `${SHELVES[shelf]}${status === undefined ? '' : ' AND run.status = :status'}`;
  const bound = status === undefined ? {} : { status };
  return log.read('read the runs', (database) => {
    const total = database
      .prepare<[typeof bound], number>(`SELECT count(*) FROM run WHERE ${where}`)
      .pluck()
      .get(bound);
    const stored = database
      .prepare<[typeof bound & { limit: number; offset: number }], StoredRow>(
        `SELECT ${ROW} FROM run LEFT JOIN run AS parent ON parent.number = run.parent
           LEFT JOIN run_group ON run_group.number = run.run_group
         WHERE ${where} ORDER BY run.created_at DESC, run.number DESC LIMIT :limit OFFSET :offset`,
      )
      .all({ ...bound, limit, offset });
    return { total: total ?? 0, runs: readRows(database, stored, sparkline) };
  });
}

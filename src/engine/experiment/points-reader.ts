import type { Log } from './log.ts';
import { findRun } from './run-life.ts';

/** What the log keeps of a metric at one moment. */
export interface MetricPoint {
  /** Of the step, or of the epoch where the metric is kept by epoch. */
  readonly position: number;
  readonly epoch: number;
  /** null where it was no number. */
  readonly value: number | null;
  /** Milliseconds since 1970, UTC. */
  readonly time: number;
}

const TABLES = {
  step: { table: 'step_metric', axis: 'step' },
  epoch: { table: 'epoch_metric', axis: 'epoch' },
} as const;
export type PointsBy = keyof typeof TABLES;

/** So many at a time that the log is soon free for others. */
const PAGE = 10_000;

/** The metrics that a run has in the log, by name. @throws ThawError `run.unknown` */
export function pointKeys(log: Log, runId: string, by: PointsBy): string[] {
  return log.read('read the metrics', (database) => {
    const { number } = findRun(database, runId);
    // One look-up a key: a run may have millions of rows of each.
    const next = database.prepare<[number, number], { readonly number: number; readonly name: string }>(
      `SELECT number, name FROM metric_key
       WHERE number = (SELECT min(key) FROM ${TABLES[by].table} WHERE run = ? AND key > ?)`,
    );
    const names: string[] = [];
    for (let found = next.get(number, -1); found; found = next.get(number, found.number)) names.push(found.name);
    return names.sort();
  });
}

/** Every point of one metric of a run, in pages, in the order of its axis. @throws ThawError `run.unknown` */
export function* walkPoints(log: Log, runId: string, by: PointsBy, key: string): Generator<readonly MetricPoint[]> {
  const { table, axis } = TABLES[by];
  let after = -1;
  for (;;) {
    const page = log.read('read the metrics', (database) =>
      database
        .prepare<[number, string, number], MetricPoint>(
          `SELECT ${axis} AS position, epoch, value, time FROM ${table}
           WHERE run = ? AND key = (SELECT number FROM metric_key WHERE name = ?) AND ${axis} > ?
           ORDER BY ${axis} LIMIT ${PAGE}`,
        )
        .all(findRun(database, runId).number, key, after),
    );
    const last = page.at(-1);
    if (!last) return;
    yield page;
    after = last.position;
  }
}

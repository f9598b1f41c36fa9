import { setImmediate } from 'node:timers/promises';
import type Database from 'better-sqlite3';
import type { MetricSeries, SeriesKey } from '../../shared/contract/series.ts';
import type { Log } from './log.ts';
import { findRun } from './run-life.ts';

export interface SeriesQuery {
  readonly by: 'step' | 'epoch';
  readonly keys: readonly SeriesKey[];
  /** Points of one curve at most, 2 or more. */
  readonly maxPoints: number;
  /** The part of the axis that is wanted, ends included; all of it by default. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

/** How long the log is read before others have their turn. */
const SLICE_MILLISECONDS = 20;

/** What is kept of each step; the other metrics are of an epoch, and stand at its last step. */
const KEPT_BY_STEP: ReadonlySet<SeriesKey> = new Set(['loss', 'accuracy', 'learning_rate']);

const TABLES = {
  step: { table: 'step_metric', axis: 'step' },
  epoch: { table: 'epoch_metric', axis: 'epoch' },
} as const;
type Table = (typeof TABLES)[keyof typeof TABLES];

type Point = readonly [position: number, value: number | null];
type Bounds = [run: number, key: number, from: number, to: number];

/** The rows of one metric of one run, in the order of their axis. */
class MetricRows {
  readonly #database: Database.Database;
  readonly #from: string;
  readonly #axis: string;
  readonly #bounds: (from: number, to: number) => Bounds;

  constructor(database: Database.Database, { table, axis }: Table, run: number, key: number) {
    this.#database = database;
    this.#axis = axis;
    this.#from = `FROM ${table} WHERE run = ? AND key = ? AND ${axis} BETWEEN ? AND ?`;
    this.#bounds = (from, to) => [run, key, from, to];
  }

  ends(from: number, to: number): { readonly first: Point; readonly last: Point } | null {
    const end = (order: string): Point | undefined =>
      this.#prepare(`SELECT ${this.#axis}, value ${this.#from} ORDER BY ${this.#axis} ${order} LIMIT 1`).get(
        ...this.#bounds(from, to),
      );
    const [first, last] = [end('ASC'), end('DESC')];
    return first && last ? { first, last } : null;
  }

  all(from: number, to: number): readonly Point[] {
    return this.#prepare(`SELECT ${this.#axis}, value ${this.#from} ORDER BY ${this.#axis}`).all(
      ...this.#bounds(from, to),
    );
  }

  /**
   * The lowest and the highest point, and how many there are. SQLite takes a column beside one `min` or `max` from the row
   * that it is in (https://www.sqlite.org/lang_select.html#bareagg), and counts in the same pass: a million rows take two
   * passes inside SQLite instead of a million calls of ours.
   */
  extremes(from: number, to: number): { readonly points: readonly Point[]; readonly count: number } {
    const bounds = this.#bounds(from, to);
    const lowest = this.#database
      .prepare<Bounds, [...Point, count: number]>(`SELECT ${this.#axis}, min(value), count(*) ${this.#from}`)
      .raw()
      .get(...bounds);
    const count = lowest?.[2] ?? 0;
    if (!lowest || count === 0) return { points: [], count: 0 };
    const highest = this.#prepare(`SELECT ${this.#axis}, max(value) ${this.#from}`).get(...bounds);
    const low: Point = [lowest[0], lowest[1]];
    if (!highest || highest[0] === low[0]) return { points: [low], count };
    return { points: low[0] < highest[0] ? [low, highest] : [highest, low], count };
  }

  #prepare(sql: string): Database.Statement<Bounds, Point> {
    return this.#database.prepare<Bounds, Point>(sql).raw();
  }
}

function findKey(database: Database.Database, name: string): number | undefined {
  return database.prepare<[string], number>('SELECT number FROM metric_key WHERE name = ?').pluck().get(name);
}

/** The steps of an epoch: the last that says it belongs to the first one, found by halving. 0 where no step is known. */
function stepsPerEpoch(database: Database.Database, run: number): number {
  const key = findKey(database, 'loss');
  if (key === undefined) return 0;
  const at = database.prepare<[number, number, number], { readonly step: number; readonly epoch: number }>(
    'SELECT step, epoch FROM step_metric WHERE run = ? AND key = ? AND step <= ? ORDER BY step DESC LIMIT 1',
  );
  const last = at.get(run, key, Number.MAX_SAFE_INTEGER);
  if (!last) return 0;
  if (last.epoch === 1) return last.step;
  let [within, beyond] = [0, last.step];
  while (beyond - within > 1) {
    const middle = Math.floor((within + beyond) / 2);
    if ((at.get(run, key, middle)?.epoch ?? 1) > 1) beyond = middle;
    else within = middle;
  }
  return within;
}

interface Source {
  readonly rows: (database: Database.Database) => MetricRows;
  /** What one unit of the table's axis is on the axis that was asked for. */
  readonly scale: number;
}

function findSource(database: Database.Database, run: number, by: SeriesQuery['by'], key: SeriesKey): Source | null {
  const number = findKey(database, key);
  if (number === undefined) return null;
  const byStep = by === 'step' && KEPT_BY_STEP.has(key);
  const steps = by === 'step' && !byStep ? stepsPerEpoch(database, run) : 1;
  return {
    rows: (open) => new MetricRows(open, byStep ? TABLES.step : TABLES.epoch, run, number),
    scale: Math.max(1, steps),
  };
}

/** Begins a new slice when the present one is used up. */
function takeTurns(): () => Promise<void> {
  let began = performance.now();
  return async () => {
    if (performance.now() - began < SLICE_MILLISECONDS) return;
    await setImmediate();
    began = performance.now();
  };
}

function toSeries(key: SeriesKey, points: readonly Point[], count: number, scale: number): MetricSeries {
  return {
    key,
    x: Float64Array.from(points, ([position]) => position * scale),
    // SQLite has no NaN: what was none came in as NULL.
    y: Float64Array.from(points, ([, value]) => value ?? Number.NaN),
    points: count,
  };
}

async function readOne(log: Log, runId: string, query: SeriesQuery, key: SeriesKey): Promise<MetricSeries> {
  const read = <Result>(action: (database: Database.Database) => Result): Result =>
    log.read('read the metrics', action);
  const source = read((database) => findSource(database, findRun(database, runId).number, query.by, key));
  if (!source) return toSeries(key, [], 0, 1);
  const { rows, scale } = source;
  const from = Math.ceil((query.from ?? -Number.MAX_SAFE_INTEGER) / scale);
  const to = Math.floor((query.to ?? Number.MAX_SAFE_INTEGER) / scale);
  const ends = read((database) => rows(database).ends(from, to));
  if (!ends) return toSeries(key, [], 0, scale);
  const { first, last } = ends;
  const span = last[0] - first[0] + 1;
  if (span <= query.maxPoints) {
    const all = read((database) => rows(database).all(first[0], last[0]));
    return toSeries(key, all, all.length, scale);
  }
  // Two points for each part beside the ends.
  const parts = Math.max(1, Math.floor((query.maxPoints - 2) / 2));
  const points: Point[] = [first];
  let count = 0;
  const pause = takeTurns();
  for (let part = 0; part < parts; part += 1) {
    const start = first[0] + Math.floor((span * part) / parts);
    const end = first[0] + Math.floor((span * (part + 1)) / parts) - 1;
    const found = read((database) => rows(database).extremes(start, end));
    count += found.count;
    points.push(...found.points.filter(([position]) => position > first[0] && position < last[0]));
    await pause();
  }
  const kept = query.maxPoints < 4 ? [first] : points;
  return toSeries(key, [...kept, last], count, scale);
}

/**
 * The curves of a run, each of at most `maxPoints` points: its ends, and of every part of the axis the lowest and the
 * highest point, so that no peak is lost. What has no value in the log yet has no points.
 *
 * @throws ThawError `run.unknown`
 */
export async function readSeries(log: Log, runId: string, query: SeriesQuery): Promise<MetricSeries[]> {
  const found: MetricSeries[] = [];
  for (const key of query.keys) found.push(await readOne(log, runId, query, key));
  return found;
}

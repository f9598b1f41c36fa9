import { setImmediate } from 'node:timers/promises';
import type Database from 'better-sqlite3';
import type { MetricSeries, SeriesKey } from '../../shared/contract/series.ts';
import { isLayerMetric } from './layer-metrics.ts';
import type { Log } from './log.ts';
import { findRun } from './run-life.ts';

interface CurveQuery {
  readonly by: 'step' | 'epoch';
  /** Points of one curve at most, 2 or more. */
  readonly maxPoints: number;
  /** The part of the axis that is wanted, ends included; all of it by default. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

export interface SeriesQuery extends CurveQuery {
  readonly keys: readonly SeriesKey[];
}

/** One metric of a run, thinned. */
type Curve<Key extends string> = Omit<MetricSeries, 'key'> & { readonly key: Key };

/** How long the log is read before others have their turn. */
const SLICE_MILLISECONDS = 20;

/** What is kept of each step; the other metrics are of an epoch, and stand at its last step. */
const KEPT_BY_STEP: ReadonlySet<string> = new Set(['loss', 'accuracy', 'learning_rate']);

function isKeptByStep(key: string): boolean {
  return KEPT_BY_STEP.has(key) || isLayerMetric(key);
}

const TABLES = {
  step: { table: 'step_metric', axis: 'step' },
  epoch: { table: 'epoch_metric', axis: 'epoch' },
} as const;
type Table = (typeof TABLES)[keyof typeof TABLES];

/** A row of the log; `count` where it stands for several. */
type Point = readonly [position: number, value: number | null, count?: number];
type Bounds = [run: number, key: number, from: number, to: number];

/** The rows of one metric of one run, in the order of their axis; good as long as the log is read. */
class MetricRows {
  readonly #run: number;
  readonly #key: number;
  readonly #prepare: (columns: string, order?: string) => Database.Statement<Bounds, Point>;
  readonly #axis: string;
  readonly #lowest: Database.Statement<Bounds, Point>;
  readonly #highest: Database.Statement<Bounds, Point>;

  constructor(database: Database.Database, { table, axis }: Table, run: number, key: number) {
    this.#run = run;
    this.#key = key;
    this.#axis = axis;
    this.#prepare = (columns, order = '') =>
      database
        .prepare<Bounds, Point>(
          `SELECT ${columns} FROM ${table} WHERE run = ? AND key = ? AND ${axis} BETWEEN ? AND ? ${order}`,
        )
        .raw();
    this.#lowest = this.#prepare(`${axis}, min(value), count(*)`);
    this.#highest = this.#prepare(`${axis}, max(value)`);
  }

  ends(from: number, to: number): { readonly first: Point; readonly last: Point } | null {
    const end = (order: string): Point | undefined => {
      const found = this.#prepare(`${this.#axis}, value`, `ORDER BY ${this.#axis} ${order} LIMIT 1`);
      return found.get(this.#run, this.#key, from, to);
    };
    const [first, last] = [end('ASC'), end('DESC')];
    return first && last ? { first, last } : null;
  }

  all(from: number, to: number): readonly Point[] {
    const rows = this.#prepare(`${this.#axis}, value`, `ORDER BY ${this.#axis}`);
    return rows.all(this.#run, this.#key, from, to);
  }

  /**
   * The lowest and the highest point, and how many there are. SQLite takes a column beside one `min` or `max` from the row
   * that it is in (https://www.sqlite.org/lang_select.html#bareagg), and counts in the same pass: a million rows take two
   * passes inside SQLite instead of a million calls of ours.
   */
  extremes(from: number, to: number): { readonly points: readonly Point[]; readonly count: number } {
    const lowest = this.#lowest.get(this.#run, this.#key, from, to);
    const count = lowest?.[2] ?? 0;
    if (!lowest || count === 0) return { points: [], count: 0 };
    const low: Point = [lowest[0], lowest[1]];
    const highest = count > 1 ? this.#highest.get(this.#run, this.#key, from, to) : undefined;
    if (!highest || highest[0] === low[0]) return { points: [low], count };
    return { points: low[0] < highest[0] ? [low, highest] : [highest, low], count };
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

function findSource(database: Database.Database, run: number, by: CurveQuery['by'], key: string): Source | null {
  const number = findKey(database, key);
  if (number === undefined) return null;
  const byStep = by === 'step' && isKeptByStep(key);
  const steps = by === 'step' && !byStep ? stepsPerEpoch(database, run) : 1;
  return {
    rows: (open) => new MetricRows(open, byStep ? TABLES.step : TABLES.epoch, run, number),
    scale: Math.max(1, steps),
  };
}

function toCurve<Key extends string>(key: Key, points: readonly Point[], count: number, scale: number): Curve<Key> {
  return {
    key,
    x: Float64Array.from(points, ([position]) => position * scale),
    // SQLite has no NaN: what was none came in as NULL.
    y: Float64Array.from(points, ([, value]) => value ?? Number.NaN),
    points: count,
  };
}

/** The curve of what has no points. */
export function emptyCurve<Key extends string>(key: Key): Curve<Key> {
  return toCurve(key, [], 0, 1);
}

/**
 * One metric of a run by the name that it has in the log; see `readSeries`.
 *
 * @throws ThawError `run.unknown`
 */
export async function readCurve<Key extends string>(
  log: Log,
  runId: string,
  query: CurveQuery,
  key: Key,
): Promise<Curve<Key>> {
  const read = <Result>(action: (database: Database.Database) => Result): Result =>
    log.read('read the metrics', action);
  const source = read((database) => findSource(database, findRun(database, runId).number, query.by, key));
  if (!source) return emptyCurve(key);
  const { rows, scale } = source;
  const from = Math.ceil((query.from ?? -Number.MAX_SAFE_INTEGER) / scale);
  const to = Math.floor((query.to ?? Number.MAX_SAFE_INTEGER) / scale);
  const ends = read((database) => rows(database).ends(from, to));
  if (!ends) return emptyCurve(key);
  const { first, last } = ends;
  const span = last[0] - first[0] + 1;
  if (span <= query.maxPoints) {
    const all = read((database) => rows(database).all(first[0], last[0]));
    return toCurve(key, all, all.length, scale);
  }
  // Two points for each part beside the ends.
  const parts = Math.max(1, Math.floor((query.maxPoints - 2) / 2));
  const points: Point[] = [first];
  let count = 0;
  const boundary = (part: number): number => first[0] + Math.floor((span * part) / parts);
  /** Goes on from a part until the slice is used up. @returns the next part */
  const readSlice = (database: Database.Database, begin: number): number => {
    const source = rows(database);
    const end = performance.now() + SLICE_MILLISECONDS;
    let part = begin;
    while (part < parts && performance.now() < end) {
      const found = source.extremes(boundary(part), boundary(part + 1) - 1);
      count += found.count;
      points.push(...found.points.filter(([position]) => position > first[0] && position < last[0]));
      part += 1;
    }
    return part;
  };
  let next = 0;
  while (next < parts) {
    const begin = next;
    next = read((database) => readSlice(database, begin));
    await setImmediate();
  }
  const kept = query.maxPoints < 4 ? [first] : points;
  return toCurve(key, [...kept, last], count, scale);
}

/**
 * The curves of a run, each of at most `maxPoints` points: its ends, and of every part of the axis the lowest and the
 * highest point, so that no peak is lost. What has no value in the log yet has no points.
 *
 * @throws ThawError `run.unknown`
 */
export async function readSeries(log: Log, runId: string, query: SeriesQuery): Promise<MetricSeries[]> {
  const found: MetricSeries[] = [];
  for (const key of query.keys) found.push(await readCurve(log, runId, query, key));
  return found;
}

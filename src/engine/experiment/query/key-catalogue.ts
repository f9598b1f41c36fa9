import type Database from 'better-sqlite3';
import type { RunColumn, RunKeyType } from '../../../shared/contract/run-query.ts';
import { closest } from '../../network/closest.ts';
import { EPOCH_KEYS } from '../metric-writer.ts';
import { QueryError } from './query-error.ts';
import { RUN_KEYS } from './run-keys.ts';
import { sql, type Sql } from './sql.ts';
import type { Operand, Take } from './syntax.ts';
import { written } from './token.ts';

/** A key as SQL understands it. */
export interface ResolvedKey {
  readonly type: RunKeyType;
  readonly of: RunColumn['of'];
  /** NULL where the run has no value; over `run_tag` where there are several. */
  readonly expression: Sql;
  readonly several: boolean;
}

/** Says which of two meanings is meant, where a parameter is called as a metric: `plan.loss`. */
const PLAN_PREFIX = 'plan.';

const METRIC_COLUMNS: Readonly<Record<Take, string>> = {
  value: 'coalesce(at_best, last)',
  last: 'last',
  min: 'least',
  max: 'greatest',
};

/** Jumps from one key to the next in the index, instead of walking through the rows of all runs. */
const PARAMETER_KEYS = `
  WITH RECURSIVE found (key) AS (
    SELECT min(key) FROM run_parameter
    UNION ALL
    SELECT (SELECT min(key) FROM run_parameter WHERE key > found.key) FROM found WHERE found.key IS NOT NULL
  )
  SELECT key, (SELECT typeof(min(value)) FROM run_parameter WHERE run_parameter.key = found.key) AS least,
    (SELECT typeof(max(value)) FROM run_parameter WHERE run_parameter.key = found.key) AS greatest
  FROM found WHERE key IS NOT NULL`;

/** Metrics by epoch, in order. */
const METRIC_KEYS = `
  SELECT name FROM metric_key
  WHERE EXISTS (SELECT 1 FROM run_metric WHERE run_metric.key = metric_key.number) ORDER BY name`;

interface ParameterRow {
  readonly key: string;
  readonly least: string;
  readonly greatest: string;
}

/** SQLite puts numbers before texts, so the ends of a key's values say what all of them are. */
function typeOf({ least, greatest }: ParameterRow): RunKeyType {
  if (least === 'null') return 'any';
  const kind = (stored: string): RunKeyType => (stored === 'text' ? 'text' : 'number');
  return kind(least) === kind(greatest) ? kind(least) : 'any';
}

/** Everything that the runs of a log can be asked for: what each has, the parameters of their plans, their metrics. */
export class KeyCatalogue {
  readonly #metrics: ReadonlySet<string>;
  readonly #parameters: ReadonlyMap<string, RunKeyType>;
  /** The last part of a dotted parameter to all parameters that end in it. */
  readonly #leaves = new Map<string, string[]>();

  constructor(database: Database.Database) {
    const metrics = database.prepare<[], string>(METRIC_KEYS).pluck().all();
    this.#metrics = new Set([...Object.values(EPOCH_KEYS), ...metrics]);
    const parameters = database.prepare<[], ParameterRow>(PARAMETER_KEYS).all();
    this.#parameters = new Map(parameters.map((row) => [row.key, typeOf(row)]));
    for (const key of this.#parameters.keys()) {
      const leaf = key.slice(key.lastIndexOf('.') + 1);
      this.#leaves.set(leaf, [...(this.#leaves.get(leaf) ?? []), key]);
    }
  }

  /** @throws QueryError `usage.noMatch` for what is no key, `usage.invalid` for `last(...)` of what is no metric */
  resolve(operand: Operand): ResolvedKey {
    const { key, take } = operand;
    const own = Object.hasOwn(RUN_KEYS, key) ? RUN_KEYS[key] : undefined;
    if (!own && this.#metrics.has(key)) {
      const column = METRIC_COLUMNS[take];
      const expression = sql(
        `(SELECT ${column} FROM run_metric
          WHERE run_metric.run = run.number AND key = (SELECT number FROM metric_key WHERE name = ?))`,
        key,
      );
      return { type: 'number', of: 'metric', expression, several: false };
    }
    if (take !== 'value') {
      throw new QueryError(
        'usage.invalid',
        operand,
        `${take}(...) is of a metric, and '${key}' is none`,
        `Metrics are ${[...this.#metrics].slice(0, 12).join(', ')}.`,
      );
    }
    if (own) return { type: own.type, of: 'run', expression: sql(own.expression), several: own.several === true };
    const parameter = this.#parameter(operand);
    const expression = sql(
      '(SELECT value FROM run_parameter WHERE run_parameter.run = run.number AND key = ?)',
      parameter,
    );
    return { type: this.#parameters.get(parameter) ?? 'any', of: 'plan', expression, several: false };
  }

  /** In the order of their origin: what every run has, then metrics, then parameters. */
  columns(): RunColumn[] {
    return [
      ...Object.entries(RUN_KEYS).map(([key, { type }]): RunColumn => ({ key, type, of: 'run' })),
      ...[...this.#metrics].map((key): RunColumn => ({ key: written(key), type: 'number', of: 'metric' })),
      // A parameter that every run has under the same name says the same.
      ...[...this.#parameters]
        .filter(([key]) => !Object.hasOwn(RUN_KEYS, key))
        .map(([key, type]): RunColumn => ({ key: this.#parameterKey(key), type, of: 'plan' })),
    ];
  }

  #parameterKey(parameter: string): string {
    return written(this.#metrics.has(parameter) ? `${PLAN_PREFIX}${parameter}` : parameter);
  }

  #parameter(operand: Operand): string {
    const { key } = operand;
    const bare = key.startsWith(PLAN_PREFIX) ? key.slice(PLAN_PREFIX.length) : key;
    if (this.#parameters.has(bare)) return bare;
    const [first, ...others] = this.#leaves.get(bare) ?? [];
    if (first !== undefined && others.length === 0) return first;
    if (first !== undefined) {
      throw new QueryError(
        'usage.invalid',
        operand,
        `'${key}' may be one of several parameters`,
        `Write which: ${[first, ...others].slice(0, 12).join(', ')}.`,
      );
    }
    const known = [...Object.keys(RUN_KEYS), ...this.#metrics, ...this.#parameters.keys(), ...this.#leaves.keys()];
    const near = key.length > 100 ? [] : closest(key, [...new Set(known)]);
    throw new QueryError(
      'usage.noMatch',
      operand,
      `no run has a key '${key.slice(0, 100)}'`,
      near.length > 0
        ? `Nearest: ${near.join(', ')}.`
        : 'Keys are such as network, val_accuracy, learningRate or tag; see all with `thaw runs columns`.',
    );
  }
}

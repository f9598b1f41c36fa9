import type Database from 'better-sqlite3';
import type { RunGroup } from '../../shared/contract/run-query.ts';
import type { Log } from './log.ts';
import { KeyCatalogue, type ResolvedKey } from './query/key-catalogue.ts';
import { parseOperand } from './query/parse.ts';
import { selectionCondition, type RunSelection } from './query/select-runs.ts';
import { compose, sql, type Sql } from './query/sql.ts';
import { quoted, written } from './query/token.ts';

/** More than anyone looks at; the largest come first. */
const MOST_GROUPS = 1000;

type GroupRow = Omit<RunGroup, 'condition'>;

/** What runs are alike in: of a time its local day. */
function groupedBy({ type, expression }: ResolvedKey): Sql {
  if (type !== 'time') return expression;
  return compose("strftime('%Y-%m-%d', {} / 1000, 'unixepoch', 'localtime')", expression);
}

/** The condition of a query that the runs of a group fit. */
function conditionOf(by: string, type: ResolvedKey['type'], value: GroupRow['value']): string {
  if (value === null) return `missing(${by})`;
  if (type === 'boolean') return `${by} = ${value === 0 ? 'false' : 'true'}`;
  if (typeof value === 'number') return `${by} = ${value}`;
  // A text between slashes would be no different here: only ~ searches.
  return `${by} = ${type === 'any' ? quoted(value) : written(value)}`;
}

function readGroups(database: Database.Database, by: string, selection: RunSelection): RunGroup[] {
  const keys = new KeyCatalogue(database);
  const key = keys.resolve(parseOperand(by));
  const from = key.several ? 'run LEFT JOIN run_tag ON run_tag.run = run.number' : 'run';
  const { text, values } = compose(
    `SELECT max({}) AS value, count(*) AS runs, max(run.best_val_accuracy) AS bestValAccuracy,
       max(run.created_at) AS newestCreatedAt
     FROM {} WHERE {} GROUP BY {} COLLATE NOCASE
     ORDER BY value IS NULL, runs DESC, value COLLATE NOCASE LIMIT ${MOST_GROUPS}`,
    groupedBy(key),
    sql(from),
    selectionCondition(database, keys, selection),
    groupedBy(key),
  );
  return database
    .prepare<unknown[], GroupRow>(text)
    .all(...values)
    .map((row) => ({ ...row, condition: conditionOf(by, key.type, row.value) }));
}

/**
 * The runs that fit, counted by what they are alike in: at most 1000 groups, the largest first, those without a value last. A
 * run with several tags is in the group of each.
 *
 * @throws QueryError for a query or a key that is none
 */
export function groupRuns(log: Log, { by, ...selection }: RunSelection & { readonly by: string }): RunGroup[] {
  return log.read('group the runs', (database) => readGroups(database, by, selection));
}

import type Database from 'better-sqlite3';
import type { RunListRequest, RunShelf } from '../../../shared/contract/run-list.ts';
import { ARRIVING } from '../arriving-run.ts';
import { compileQuery } from './compile.ts';
import type { KeyCatalogue } from './key-catalogue.ts';
import { parseOperand, parseQuery } from './parse.ts';
import { compose, join, sql, type Sql } from './sql.ts';

const SHELVES: Readonly<Record<RunShelf, string>> = {
  active: 'run.trashed_at IS NULL AND run.archived_at IS NULL',
  archived: 'run.trashed_at IS NULL AND run.archived_at IS NOT NULL',
  trash: `run.trashed_at > ${ARRIVING}`,
};

export type RunSelection = Pick<RunListRequest, 'query' | 'shelf' | 'status'>;

/** The condition that a request sets on `run`. @throws QueryError */
export function selectionCondition(
  database: Database.Database,
  keys: KeyCatalogue,
  { query, shelf = 'active', status }: RunSelection,
): Sql {
  const parsed = query === undefined ? null : parseQuery(query);
  const conditions = [sql(SHELVES[shelf])];
  if (status !== undefined) conditions.push(sql('run.status = ?', status));
  if (parsed) conditions.push(compileQuery({ database, keys, now: new Date() }, parsed));
  return join(conditions, ' AND ');
}

/** One value for each run, several of them joined. @throws QueryError */
export function keyExpression(keys: KeyCatalogue, key: string): Sql {
  const { several, expression } = keys.resolve(parseOperand(key));
  if (!several) return expression;
  return sql(
    `(SELECT group_concat(tag, ', ') FROM (SELECT tag FROM run_tag WHERE run_tag.run = run.number ORDER BY tag))`,
  );
}

/**
 * The numbers of the runs that fit, in order; the newest first where the keys leave that open.
 *
 * @throws QueryError
 */
export function selectRuns(
  database: Database.Database,
  keys: KeyCatalogue,
  { sort = [], ...selection }: RunSelection & Pick<RunListRequest, 'sort'>,
): readonly number[] {
  const where = selectionCondition(database, keys, selection);
  const orders = sort.map(({ key, descending }) =>
    compose(`{} COLLATE NOCASE ${descending ? 'DESC' : 'ASC'} NULLS LAST`, keyExpression(keys, key)),
  );
  // Their numbers count up as they come into the log, whatever the clock says.
  const order = join([...orders, sql('run.number DESC')], ', ');
  const { text, values } = compose('SELECT run.number FROM run WHERE {} ORDER BY {}', where, order);
  return database
    .prepare<unknown[], number>(text)
    .pluck()
    .all(...values);
}

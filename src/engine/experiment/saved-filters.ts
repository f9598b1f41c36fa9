import type { SavedFilter } from '../../shared/contract/run-query.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import type { Log } from './log.ts';
import { parseQuery } from './query/parse.ts';

const MOST_FILTERS = 500;

/** By name. */
export function listFilters(log: Log): SavedFilter[] {
  return log.read('read the saved filters', (database) =>
    database
      .prepare<[], SavedFilter>(
        'SELECT name, query, created_at AS createdAt FROM saved_filter ORDER BY name COLLATE NOCASE, name',
      )
      .all(),
  );
}

/**
 * Keeps a query under a name, in place of the one that had it.
 *
 * @throws ThawError `usage.invalid` for what is no query, or the 501st filter
 */
export function saveFilter(log: Log, { name, query }: Pick<SavedFilter, 'name' | 'query'>): SavedFilter[] {
  parseQuery(query);
  log.write('save the filter', (database) => {
    const others = database
      .prepare<[string], number>('SELECT count(*) FROM saved_filter WHERE name <> ?')
      .pluck()
      .get(name);
    if ((others ?? 0) >= MOST_FILTERS) {
      throw new ThawError(
        'usage.invalid',
        `A log keeps at most ${MOST_FILTERS} filters; '${name}' would be one more.`,
        'Delete one that is not needed.',
      );
    }
    database
      .prepare('INSERT OR REPLACE INTO saved_filter (name, query, created_at) VALUES (?, ?, ?)')
      .run(name, query, Date.now());
  });
  return listFilters(log);
}

/** Nothing happens where there is none of that name. */
export function deleteFilter(log: Log, name: string): SavedFilter[] {
  log.write('delete the filter', (database) => {
    database.prepare('DELETE FROM saved_filter WHERE name = ?').run(name);
  });
  return listFilters(log);
}

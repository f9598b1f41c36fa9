import { createContext, Script } from 'node:vm';

/** Names are short and few: a search that is not over by then backtracks without end. */
export const SEARCH_LIMIT_MILLISECONDS = 500;

const SEARCH = new Script(
  `(() => { const found = new RegExp(source, 'u'); return JSON.stringify(JSON.parse(names).filter((name) => found.test(name))); })()`,
);
/** Kept between searches: a window asks at every click, and a context takes milliseconds to make. */
const searchContext = { source: '', names: '' };

/**
 * The names in which the expression is found, in a context of its own and under a time limit.
 *
 * @param source of a regular expression that parses with the flag `u`
 * @throws Error where the search was not over in time
 */
export function searchNames(source: string, names: readonly string[]): ReadonlySet<string> {
  // Text goes in and out: the foreign context never holds an object of ours.
  searchContext.source = source;
  searchContext.names = JSON.stringify(names);
  const answer: unknown = JSON.parse(
    String(SEARCH.runInContext(createContext(searchContext), { timeout: SEARCH_LIMIT_MILLISECONDS })),
  );
  return new Set(Array.isArray(answer) ? answer.map(String) : []);
}

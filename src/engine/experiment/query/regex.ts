import { SEARCH_LIMIT_MILLISECONDS, searchNames } from '../../freeze/name-search.ts';
import { QueryError } from './query-error.ts';
import type { Literal } from './syntax.ts';

const LONGEST_REGEX = 500;

/** What stands between two slashes; null for a text that is no regular expression. */
export function regexSource(text: string): string | null {
  return text.length > 2 && text.startsWith('/') && text.endsWith('/') ? text.slice(1, -1) : null;
}

/**
 * The names in which the expression is found: Unicode, as in the rules for layers.
 *
 * @param source what stands between the slashes
 * @param literal where the query has it
 * @throws QueryError `usage.invalid` for what does not parse, is longer than 500 characters or searches without end
 */
export function findNames(source: string, literal: Literal, names: readonly string[]): ReadonlySet<string> {
  if (source.length > LONGEST_REGEX) {
    throw new QueryError(
      'usage.invalid',
      literal,
      `a regex of ${source.length} characters begins`,
      `Write at most ${LONGEST_REGEX}.`,
    );
  }
  try {
    new RegExp(source, 'u');
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    throw new QueryError('usage.invalid', literal, `a regex does not parse: ${problem}`, 'Mend it, or write a name.');
  }
  try {
    return searchNames(source, names);
  } catch {
    throw new QueryError(
      'usage.invalid',
      literal,
      `the search for ${literal.text} was not over after ${SEARCH_LIMIT_MILLISECONDS} ms`,
      'Write it without a repetition inside a repetition.',
    );
  }
}

import { createContext, Script } from 'node:vm';
import { ThawError } from '../../../shared/errors/thaw-error.ts';
import { foundBefore } from './found-groups.ts';

/** For a hundred thousand paths; a search that is not over by then backtracks without end. */
const LIMIT_MILLISECONDS = 5000;

const SEARCH = new Script(
  `(() => {
    const pattern = new RegExp(source, 'u');
    return JSON.stringify(JSON.parse(paths).map((path) => {
      const found = pattern.exec(path);
      return found === null ? null : (found[1] ?? found[0]);
    }));
  })()`,
);

function refuse(found: string, hint: string, cause?: unknown): ThawError {
  return new ThawError('usage.invalid', `A pattern of groups is a regular expression over paths; ${found}.`, hint, {
    cause,
  });
}

/** @throws ThawError `usage.invalid` for a pattern that is no regular expression */
export function expectPattern(pattern: string): void {
  try {
    new RegExp(pattern, 'u');
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    throw refuse(`this one does not parse: ${problem}`, "Mend it, such as '(patient_\\d+)'.", error);
  }
}

/**
 * The group of each path: what the pattern's first group finds, or all that it finds; null where it finds nothing, or no
 * more than the empty text. It comes from people and is searched for in a context of its own, under a time limit; it waits.
 *
 * @throws ThawError `usage.invalid`
 */
export function groupsOf(paths: readonly string[], pattern: string): readonly (string | null)[] {
  expectPattern(pattern);
  const before = foundBefore(paths, pattern);
  if (before) return before;
  try {
    // Text goes in and out: the foreign context never holds an object of ours.
    const context = createContext({ source: pattern, paths: JSON.stringify(paths) });
    const found: unknown = JSON.parse(String(SEARCH.runInContext(context, { timeout: LIMIT_MILLISECONDS })));
    return Array.isArray(found)
      ? found.map((one: unknown) => (typeof one === 'string' && one !== '' ? one : null))
      : [];
  } catch (error) {
    throw refuse(
      `the search for /${pattern}/ was not over after ${LIMIT_MILLISECONDS} ms`,
      'Write it without a repetition inside a repetition.',
      error,
    );
  }
}

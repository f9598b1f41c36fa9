import { ThawError } from '../../../shared/errors/thaw-error.ts';

/** What a search for groups came to: the group of each path, or why there are none of any. */
interface FoundGroups {
  readonly pattern: string;
  readonly groups: ReadonlyMap<string, string | null>;
  readonly error: ThawError | null;
}

/** A window shows what one pattern keeps together, and previews a plan of it. */
const MOST_FOUND = 4;

/** Those found longest ago first. */
const found: FoundGroups[] = [];

/** Keeps what a search came to, so that the same is not searched again. */
export function keepFound(
  paths: readonly string[],
  pattern: string,
  outcome: readonly (string | null)[] | ThawError,
): void {
  const error = outcome instanceof ThawError ? outcome : null;
  const groups = outcome instanceof ThawError ? [] : outcome;
  found.push({ pattern, groups: new Map(paths.map((path, index) => [path, groups[index] ?? null])), error });
  if (found.length > MOST_FOUND) found.shift();
}

/** The groups of paths, all of which were searched before; null where they were not. @throws ThawError where that failed */
export function foundBefore(paths: readonly string[], pattern: string): readonly (string | null)[] | null {
  const known = found.find((one) => one.pattern === pattern && paths.every((path) => one.groups.has(path)));
  if (!known) return null;
  if (known.error) throw known.error;
  return paths.map((path) => known.groups.get(path) ?? null);
}

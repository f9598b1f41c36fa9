import type { ImageFilter } from '../../shared/contract/dataset-edits.ts';

/** What is asked for otherwise than before; null no longer restricts. */
export type FilterChange = { readonly [Key in keyof ImageFilter]?: ImageFilter[Key] | null };

export function changedFilter(filter: ImageFilter, change: FilterChange): ImageFilter {
  const entries = Object.entries({ ...filter, ...change }).filter(([, value]) => value !== null && value !== undefined);
  return Object.fromEntries(entries);
}

/**
 * A filter among classes that have changed: a class is found again by its name, and no longer asked for where it has gone.
 *
 * @returns the filter itself where it need not change
 */
export function filterAmong(filter: ImageFilter, before: readonly string[], now: readonly string[]): ImageFilter {
  if (filter.classIndex === undefined) return filter;
  const name = before[filter.classIndex];
  const index = name === undefined ? -1 : now.indexOf(name);
  if (index === filter.classIndex) return filter;
  return changedFilter(filter, { classIndex: index === -1 ? null : index });
}

/** What lets all images pass, excluded ones too: they stay in sight, so that they can be included again. */
export const EVERYTHING: ImageFilter = { excluded: 'with' };

export function isFiltered(filter: ImageFilter): boolean {
  return Object.keys(filter).length > 1 || filter.excluded !== EVERYTHING.excluded;
}

/** The change that lifts every filter. */
export function unfiltered(filter: ImageFilter): FilterChange {
  return { ...Object.fromEntries(Object.keys(filter).map((key) => [key, null])), ...EVERYTHING };
}

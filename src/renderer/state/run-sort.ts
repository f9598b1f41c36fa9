/** Columns that the engine sorts by at most. */
const MOST_KEYS = 5;

/** One of the columns that a table is sorted by. */
export interface SortKey {
  readonly key: string;
  readonly descending: boolean;
}

/**
 * The order after a click on a head: a column that the table is sorted by turns round, any other becomes the only one.
 *
 * @param descendingFirst whether the column begins with its greatest values
 * @param adds whether the others stay and this one decides among runs that they leave equal
 */
export function sortedBy(
  sort: readonly SortKey[],
  key: string,
  descendingFirst: boolean,
  adds: boolean,
): readonly SortKey[] {
  const known = sort.find((by) => by.key === key);
  const next: SortKey = { key, descending: known === undefined ? descendingFirst : !known.descending };
  if (!adds) return [next];
  return known === undefined ? [...sort.slice(0, MOST_KEYS - 1), next] : sort.map((by) => (by === known ? next : by));
}

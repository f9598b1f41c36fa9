/** A list with one of its items at another place. */
export function moveItem<Item>(list: readonly Item[], from: number, to: number): readonly Item[] {
  const others = list.filter((_, place) => place !== from);
  return [...others.slice(0, to), ...list.slice(from, from + 1), ...others.slice(to)];
}

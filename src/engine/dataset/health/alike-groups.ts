import type { AlikePair } from './measures.ts';

/** An image of a group: its place, and how it is like one before it; null for the first. */
export interface AlikeImage {
  readonly place: number;
  readonly pair: AlikePair | null;
}

/** What shows the same, directly or through others, together: by the place of each group's first image, then by place. */
export function alikeGroups(pairs: readonly AlikePair[]): readonly (readonly AlikeImage[])[] {
  const groupOf = new Map<number, AlikeImage[]>();
  const groups = new Set<AlikeImage[]>();
  for (const pair of pairs.toSorted((left, right) => left.second - right.second || left.first - right.first)) {
    const group = groupOf.get(pair.first) ?? [{ place: pair.first, pair: null }];
    const other = groupOf.get(pair.second);
    if (group === other) continue;
    // Each is told against the image it was first found to be like.
    const joined = other ?? [{ place: pair.second, pair }];
    for (const one of joined) group.push(one);
    groups.delete(joined);
    groups.add(group);
    groupOf.set(pair.first, group);
    for (const { place } of joined) groupOf.set(place, group);
  }
  return [...groups]
    .map((group) => group.sort((left, right) => left.place - right.place))
    .sort((left, right) => (left[0]?.place ?? 0) - (right[0]?.place ?? 0));
}

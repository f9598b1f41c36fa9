import type { EmbeddingMap } from '../../shared/contract/embedding.ts';

type Placed = Pick<EmbeddingMap, 'paths' | 'coordinates'>;

/** Whether every image that two maps both have lies at the same place in them; false where they share none. */
export function isLaidOutAlike(before: Placed, after: Placed): boolean {
  const places = new Map(before.paths.map((path, index) => [path, index]));
  const shared = after.paths.flatMap((path, index) => {
    const was = places.get(path);
    return was === undefined ? [] : [{ was, index }];
  });
  return (
    shared.length > 0 &&
    shared.every(({ was, index }) =>
      [0, 1].every((axis) => before.coordinates[was * 2 + axis] === after.coordinates[index * 2 + axis]),
    )
  );
}

/**
 * Where an image of one map is in the next.
 *
 * @param index of the image in `before`
 * @returns the place of what stands there now, where the image itself is gone; null where nothing is left
 */
export function placeAfter(before: Placed, index: number, after: Placed): number | null {
  if (after.paths.length === 0) return null;
  const same = after.paths.indexOf(before.paths[index] ?? '');
  return same < 0 ? Math.min(index, after.paths.length - 1) : same;
}

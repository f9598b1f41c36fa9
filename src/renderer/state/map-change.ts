import type { EmbeddingMap } from '../../shared/contract/embedding.ts';
import { nearestTo, onScreen } from './map-geometry.ts';

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
 * Where to go on from an image of one map in the next, which is laid out alike.
 *
 * @param index of the image in `before`
 * @returns its number there, or that of what lies nearest to it where it is gone; null where nothing is left
 */
export function placeAfter(before: Placed, index: number, after: Placed): number | null {
  const same = after.paths.indexOf(before.paths[index] ?? '');
  if (same >= 0) return same;
  const places = { scale: 1, left: 0, top: 0 };
  return nearestTo(places, after.coordinates, onScreen(places, before.coordinates, index), Infinity);
}

/** An image that was decided upon, by where it lay then. */
export interface DecidedImage {
  readonly path: string;
  /** SHA-256 of its file; null where that is not known. */
  readonly contentHash: string | null;
}

const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/**
 * Where images lie now that were decided upon and do not lie where they did: what was decided follows the content. Of several
 * places of one content, one of the same name comes first, then the first in order.
 *
 * @param contents what lies in each place now: its SHA-256, null for what is no image
 * @param mayBe whether the image may lie in that place: not in that of a copy that was there when it was decided upon, for
 *   that one was not meant
 * @returns the new place of each by its old one, those left out that stay or are nowhere
 */
export function followImages<Decided extends DecidedImage>(
  decided: readonly Decided[],
  contents: ReadonlyMap<string, string | null>,
  mayBe: (image: Decided, place: string) => boolean,
): ReadonlyMap<string, string> {
  const gone = decided.filter(({ path, contentHash }) => contentHash !== null && contents.get(path) !== contentHash);
  const wanted = new Set(gone.map(({ contentHash }) => contentHash));
  if (wanted.size === 0) return new Map();
  const lost = new Set(gone.map(({ path }) => path));
  const taken = new Set(decided.flatMap(({ path }) => (lost.has(path) ? [] : [path])));
  const places = Map.groupBy(
    [...contents].flatMap(([place, hash]) => (wanted.has(hash) && !taken.has(place) ? [{ place, hash }] : [])),
    ({ hash }) => hash,
  );
  const moved = new Map<string, string>();
  for (const sameName of [true, false]) {
    for (const image of gone) {
      if (moved.has(image.path)) continue;
      const found = places
        .get(image.contentHash)
        ?.find(
          ({ place }) =>
            !taken.has(place) && (!sameName || baseName(place) === baseName(image.path)) && mayBe(image, place),
        );
      if (!found) continue;
      taken.add(found.place);
      moved.set(image.path, found.place);
    }
  }
  return moved;
}

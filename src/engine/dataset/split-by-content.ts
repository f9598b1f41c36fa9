import { hash } from 'node:crypto';

/** A place in [0, 1) that depends on nothing but the seed and the file's content. */
function placeOf(contentHash: string, seed: number): number {
  return Number.parseInt(hash('sha256', `${seed}:${contentHash}`, 'hex').slice(0, 13), 16) / 2 ** 52;
}

/**
 * Chooses the files that are held out for validation, class by class. A file's place comes from its content, so that
 * adding, removing or renaming files moves no other file to another split, and copies of one file stay together.
 *
 * Every class keeps at least one file for training and, where it has two different ones, one for validation; only in a
 * class so small that chance gave it none can a new file take that place over.
 *
 * @param classes the content hashes of each class
 * @param share the share of each class to hold out, in (0, 1)
 * @returns the content hashes held out
 */
export function validationContent(
  classes: readonly (readonly string[])[],
  share: number,
  seed: number,
): ReadonlySet<string> {
  const heldOut = new Set<string>();
  const places = new Map<string, number>();
  for (const contentHash of classes.flat()) {
    const place = placeOf(contentHash, seed);
    places.set(contentHash, place);
    if (place < share) heldOut.add(contentHash);
  }
  for (const contents of classes) {
    const ordered = [...new Set(contents)].sort((left, right) => (places.get(left) ?? 0) - (places.get(right) ?? 0));
    const lowest = ordered[0];
    const highest = ordered.at(-1);
    if (lowest === undefined || highest === undefined) continue;
    const held = ordered.filter((contentHash) => heldOut.has(contentHash)).length;
    if (held === ordered.length) heldOut.delete(highest);
    else if (held === 0 && ordered.length > 1) heldOut.add(lowest);
  }
  return heldOut;
}

/** What holds where nobody chose: the split that a window shows is the one that training takes. */
export const DEFAULT_SPLIT = { validationShare: 0.2, seed: 42 } as const;

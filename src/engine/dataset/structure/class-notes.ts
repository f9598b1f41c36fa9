import { codePointOrder } from '../code-point-order.ts';
import type { FoundImage } from '../found-image.ts';
import type { StructureListing } from './listing.ts';

/** So many names stand in a sentence; the list of what is skipped has them all. */
const MOST_NAMED = 5;

const named = (names: readonly string[]): string => {
  const shown = names.slice(0, MOST_NAMED).map((name) => `'${name}'`);
  const more = names.length - shown.length;
  return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ');
};

/** Names that differ by case alone, or by how their letters are composed: mostly one class under two names. */
function alike(classes: readonly string[]): readonly (readonly string[])[] {
  const groups = Map.groupBy(classes, (name) => name.normalize('NFKC').toLowerCase().trim());
  return [...groups.values()].filter((group) => group.length > 1);
}

/** What is remarkable about the classes of a dataset though it opens, each a sentence. */
export function classNotes(
  { classNames }: StructureListing,
  found: readonly FoundImage[],
  classes: readonly string[],
): string[] {
  const notes: string[] = [];
  const used = new Set(classes);
  const empty = [...new Set(classNames)].filter((name) => !used.has(name)).sort(codePointOrder);
  if (empty.length > 0) notes.push(`There is no usable training image of ${named(empty)}: left out.`);
  const trained = new Set(classNames);
  const strange = [...new Set(found.map(({ className }) => className))].filter((name) => !trained.has(name));
  if (strange.length > 0) {
    notes.push(
      `${named(strange.sort(codePointOrder))} has no training images, only others: these are left out unless they are divided anew.`,
    );
  }
  for (const group of alike(classes).slice(0, MOST_NAMED)) {
    notes.push(
      `${named(group)} differ only by case or by how their letters are written, and count as classes of their own.`,
    );
  }
  return notes;
}

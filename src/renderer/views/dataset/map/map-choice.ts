/** How a selection changes: it is replaced, or images are added to it, or each of them is turned the other way round. */
export type Choosing = 'replace' | 'add' | 'toggle';

/** @param before what is selected, and @param images what was chosen now, as numbers on the map */
export function chosenAfter(before: readonly number[], images: readonly number[], how: Choosing): number[] {
  const next = new Set(how === 'replace' ? [] : before);
  for (const image of images) {
    if (how === 'toggle' && next.has(image)) next.delete(image);
    else next.add(image);
  }
  return [...next];
}

/** The classes that have an image on a map, with how many. */
export function classesOnMap(
  classes: Int32Array,
  nameOf: (classIndex: number) => string,
): { readonly index: number; readonly name: string; readonly images: number }[] {
  const images = new Map<number, number>();
  for (const index of classes) images.set(index, (images.get(index) ?? 0) + 1);
  return [...images]
    .sort(([left], [right]) => left - right)
    .map(([index, total]) => ({ index, name: nameOf(index), images: total }));
}

/** A class of a map, by what stays when others are added before it. */
export interface ShownClass {
  readonly name: string;
  /** Whether it stands for the images whose class is not known. */
  readonly unlabelled: boolean;
}

/** The number of the class that is shown alone; null for all, also where no image has that class any more. */
export function numberOf(
  shown: ShownClass | null,
  classes: readonly { readonly index: number; readonly name: string }[],
): number | null {
  if (shown === null) return null;
  const found = classes.find(({ index, name }) => index < 0 === shown.unlabelled && name === shown.name);
  return found?.index ?? null;
}

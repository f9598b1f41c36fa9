import { hash } from 'node:crypto';
import type { Split } from '../dataset.ts';

/** As many places are worth their memory. */
const MOST_KNOWN = 500_000;
/** Of the seed that was used last: the same units are divided again after each edit. */
let known = { seed: Number.NaN, places: new Map<string, number>() };

/** A place in [0, 1) that depends on nothing but the seed and the unit's name. */
function placeOf(unit: string, seed: number): number {
  if (known.seed !== seed || known.places.size >= MOST_KNOWN) known = { seed, places: new Map() };
  const before = known.places.get(unit);
  if (before !== undefined) return before;
  const place = Number.parseInt(hash('sha256', `${seed}:${unit}`, 'hex').slice(0, 13), 16) / 2 ** 52;
  known.places.set(unit, place);
  return place;
}

/** How images are divided: by shares of each class, in (0, 1) together, or into parts of which one validates. */
export type Division =
  | { readonly kind: 'share'; readonly validationShare: number; readonly testShare: number }
  | { readonly kind: 'folds'; readonly folds: number; readonly fold: number };

/** Validation lies at the lower end and tests at the upper, so that asking for tests moves no image into validation. */
function splitAt(place: number, division: Division): Split {
  if (division.kind === 'folds')
    return Math.floor(place * division.folds) + 1 === division.fold ? 'validation' : 'train';
  if (place < division.validationShare) return 'validation';
  return place >= 1 - division.testShare ? 'test' : 'train';
}

/** How far a place is from those that train. */
function distance(place: number, division: Division): number {
  if (division.kind === 'folds') return 1 - place;
  return Math.max(division.validationShare - place, place - (1 - division.testShare));
}

/**
 * Divides units, the images of one content or of one group, class by class. A unit's place comes from its name alone, so
 * that adding, removing or renaming files moves no other unit to another split.
 *
 * Every class keeps at least one unit for training, unless all of it are pinned elsewhere, and, by shares, gives one for
 * validation where it has one to train on that is not the last of any class; only in a class so small that chance gave it
 * none can a new unit take that place over.
 *
 * @param classes the units of each class; a unit may be in several
 * @param pinned units that are where they are whatever their place
 * @returns the units that do not train
 */
export function divide(
  classes: readonly (readonly string[])[],
  division: Division,
  seed: number,
  pinned: ReadonlyMap<string, Split> = new Map(),
): ReadonlyMap<string, Exclude<Split, 'train'>> {
  const splits = new Map<string, Exclude<Split, 'train'>>();
  const placeIn = (unit: string): number => placeOf(unit, seed);
  for (const units of classes) {
    for (const unit of units) {
      const split = pinned.get(unit) ?? splitAt(placeIn(unit), division);
      if (split !== 'train') splits.set(unit, split);
    }
  }
  // Only classes so small that chance gave them nothing need it.
  const inOrder = (units: readonly string[]): readonly string[] =>
    [...new Set(units)].sort((left, right) => placeIn(left) - placeIn(right));
  const trains = (unit: string): boolean => !splits.has(unit);
  for (const units of classes) {
    if (units.some(trains)) continue;
    const nearest = inOrder(units)
      .filter((unit) => !pinned.has(unit))
      .sort((left, right) => distance(placeIn(left), division) - distance(placeIn(right), division))[0];
    if (nearest !== undefined) splits.delete(nearest);
  }
  if (division.kind === 'folds') return splits;
  // Only now is it known of every class what trains: a unit of several may be the last one of any of them.
  const lastOnes = new Set<string>();
  const noteLast = (units: readonly string[]): void => {
    const first = units.find(trains);
    if (first !== undefined && !units.some((unit) => unit !== first && trains(unit))) lastOnes.add(first);
  };
  classes.forEach(noteLast);
  const ofUnit = new Map<string, readonly (readonly string[])[]>();
  const classesOf = (unit: string): readonly (readonly string[])[] => {
    // Hardly any class needs it.
    if (ofUnit.size === 0)
      for (const units of classes)
        for (const one of new Set(units)) ofUnit.set(one, [...(ofUnit.get(one) ?? []), units]);
    return ofUnit.get(unit) ?? [];
  };
  for (const units of classes) {
    if (units.some((unit) => splits.get(unit) === 'validation')) continue;
    const free = inOrder(units).find((unit) => trains(unit) && !lastOnes.has(unit) && !pinned.has(unit));
    if (free === undefined) continue;
    splits.set(free, 'validation');
    classesOf(free).forEach(noteLast);
  }
  return splits;
}

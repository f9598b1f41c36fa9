export interface NameMatches {
  /** At most as many as are asked for: the name itself first, then those that begin with the text, then others that hold it. */
  readonly names: readonly string[];
  /** How many fit beyond those. */
  readonly more: number;
  /** The text as a name that is not there yet; null where it is, or cannot be one. */
  readonly fresh: string | null;
  /** Whether the text is too long for a name, or holds what none can. */
  readonly unfit: boolean;
}

const folded = (text: string): string => text.normalize('NFC').toLocaleLowerCase();

/**
 * Names that fit what is typed, whatever its case. Names that differ in case alone are taken for the same, so that no second
 * class comes of a slip.
 *
 * @param most names to give
 * @param longest characters that a name may have
 */
export function matchNames(names: readonly string[], text: string, most: number, longest: number): NameMatches {
  const typed = text.trim();
  const wanted = folded(typed);
  const same: string[] = [];
  const beginning: string[] = [];
  const holding: string[] = [];
  for (const name of names) {
    const place = folded(name).indexOf(wanted);
    if (place === -1) continue;
    if (wanted !== '' && folded(name) === wanted) same.push(name);
    else if (place === 0) beginning.push(name);
    else holding.push(name);
  }
  const fitting = [...same, ...beginning, ...holding];
  const unfit = typed.length > longest || /\p{C}/u.test(typed);
  return {
    names: fitting.slice(0, most),
    more: Math.max(0, fitting.length - most),
    fresh: typed === '' || unfit || same.length > 0 ? null : typed,
    unfit,
  };
}

/** A piece of a pattern of names: letters as they are, any number of any letters, digits, or the class. */
export type NamePart =
  { readonly kind: 'letters'; readonly letters: readonly string[] } | { readonly kind: 'any' | 'digits' | 'class' };

const isDigit = (letter: string | undefined): boolean => letter !== undefined && /^[0-9]$/.test(letter);

/** For each part and the end: from which places on the parts from there take all letters that are left. */
function fittingPlaces(parts: readonly NamePart[], letters: readonly string[]): readonly Uint8Array[] {
  const count = letters.length;
  const end = new Uint8Array(count + 1);
  end[count] = 1;
  const places = [end];
  for (const part of parts.toReversed()) {
    const [after = end] = places;
    const own = new Uint8Array(count + 1);
    for (let place = count; place >= 0; place -= 1) {
      let fits: boolean;
      if (part.kind === 'letters') {
        fits = after[place + part.letters.length] === 1 && part.letters.every((one, at) => letters[place + at] === one);
      } else if (part.kind === 'any') fits = after[place] === 1 || own[place + 1] === 1;
      else
        fits = (part.kind === 'class' || isDigit(letters[place])) && (after[place + 1] === 1 || own[place + 1] === 1);
      own[place] = Number(fits);
    }
    places.unshift(own);
  }
  return places;
}

/**
 * What the class takes of a name, null where the name does not fit: as the regular expression in which `any` is `.*`,
 * `digits` is `\d+` and `class` is `(.+?)` finds it, but in a time that grows with the name's length alone. Such an
 * expression searches a name made for that without end.
 */
export function matchName(parts: readonly NamePart[], name: string): string | null {
  const letters = Array.from(name);
  const places = fittingPlaces(parts, letters);
  if (places[0]?.[0] !== 1) return null;
  let place = 0;
  for (const [index, part] of parts.entries()) {
    const after = places[index + 1];
    const next = (from: number): number => after?.indexOf(1, from) ?? -1;
    if (part.kind === 'letters') place += part.letters.length;
    else if (part.kind === 'class') return letters.slice(place, next(place + 1)).join('');
    else if (part.kind === 'any') place = after?.lastIndexOf(1) ?? -1;
    else {
      let last = place;
      for (let to = place; isDigit(letters[to]); to += 1) if (after?.[to + 1] === 1) last = to + 1;
      place = last;
    }
  }
  return null;
}

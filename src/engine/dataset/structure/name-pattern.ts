import { ThawError } from '../../../shared/errors/thaw-error.ts';
import { matchName, type NamePart } from './name-matcher.ts';

/** No name needs more. */
const MOST = { '*': 2, '#': 3 } as const;

const KINDS = { '{class}': 'class', '*': 'any', '#': 'digits' } as const;

function partOf(part: string): NamePart {
  if (part === '{class}' || part === '*' || part === '#') return { kind: KINDS[part] };
  return { kind: 'letters', letters: Array.from(part) };
}

function refuse(pattern: string, found: string): ThawError {
  return new ThawError(
    'usage.invalid',
    `A pattern of file names has {class} once, * for any characters and # for a number; ${found} in '${pattern}'.`,
    "Write it without the ending, such as '{class}.#' for cat.0.jpg.",
  );
}

/** The file's name without folders and without its ending. */
export function stemOf(file: string): string {
  const name = file.slice(file.lastIndexOf('/') + 1);
  const dot = name.lastIndexOf('.');
  return dot > 0 ? name.slice(0, dot) : name;
}

/**
 * What takes the class out of a file's path; null for a name that does not fit.
 *
 * @throws ThawError `usage.invalid`
 */
export function namePattern(pattern: string): (file: string) => string | null {
  const parts = pattern.split(/(\{class\}|\*|#)/);
  const classes = parts.filter((part) => part === '{class}').length;
  if (classes !== 1) throw refuse(pattern, classes === 0 ? 'found no {class}' : `found ${classes} of {class}`);
  for (const wildcard of ['*', '#'] as const) {
    const count = parts.filter((part) => part === wildcard).length;
    if (count > MOST[wildcard]) throw refuse(pattern, `found ${count} of ${wildcard}, more than ${MOST[wildcard]},`);
  }
  const literals = parts.filter((part) => part !== '' && !Object.hasOwn(KINDS, part));
  const matched = parts.filter((part) => part !== '').map(partOf);
  return (file) => {
    const stem = stemOf(file);
    if (!literals.every((letters) => stem.includes(letters))) return null;
    const found = matchName(matched, stem)?.trim();
    return found === undefined || found === '' ? null : found;
  };
}

/** The more a pattern says, the earlier it is tried: of two that fit, the earlier one is meant. */
const CANDIDATES = [
  ...['.', '_', '-', ' ', ''].map((between) => `{class}${between}#`),
  '{class} (#)',
  ...['.', '_', '-', ' '].map((between) => `#${between}{class}`),
  ...['.', '_', '-', ' '].map((between) => `{class}${between}*`),
  ...['_', '-', '.', ' '].map((between) => `*${between}{class}`),
];

/** What cameras and programs name files by themselves. */
const AUTOMATIC = /^(?:img|image|images|dsc[nf]?|p|pict?|photo|picture|scan|screenshot|pxl|frame|file|untitled|vid)$/i;

/** So many names tell a pattern; so much of them must fit, for a stray file to do no harm. */
const MOST_NAMES = 20_000;
const LEAST_FITTING = 0.9;
const LEAST_OF_A_CLASS = 2;

/** Reads from the names of files where the class stands in them; null where they say none. */
export function deriveNamePattern(files: readonly string[]): string | null {
  const names = files.slice(0, MOST_NAMES);
  for (const candidate of CANDIDATES) {
    const classOf = namePattern(candidate);
    const counts = new Map<string, number>();
    let fitting = 0;
    for (const name of names) {
      const found = classOf(name);
      if (found === null || !/\p{L}/u.test(found)) continue;
      fitting += 1;
      counts.set(found, (counts.get(found) ?? 0) + 1);
    }
    if (counts.size < 2 || fitting < LEAST_FITTING * names.length) continue;
    if (fitting < LEAST_OF_A_CLASS * counts.size) continue;
    if ([...counts.keys()].every((name) => AUTOMATIC.test(name.replaceAll(/\P{L}/gu, '')))) continue;
    return candidate;
  }
  return null;
}

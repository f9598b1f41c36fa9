import { randomInt } from 'node:crypto';

/** No vowels and no look-alikes: an id never spells a word and survives being read aloud. */
const LETTERS = '23456789bcdfghjkmnpqrstvwxz';

/**
 * A new run's id, `20261123-231045-k3f9`: UTC date and time, so that ids sort by age, and four random characters. Safe in
 * file names and addresses.
 */
export function newRunId(now: Date): string {
  const stamp = now.toISOString().replaceAll(/[-:]/g, '').slice(0, 15).replace('T', '-');
  const tail = Array.from({ length: 4 }, () => LETTERS[randomInt(LETTERS.length)]).join('');
  return `${stamp}-${tail}`;
}

import type { Split } from '../dataset.ts';

const WORDS: ReadonlyMap<string, Split> = new Map([
  ['train', 'train'],
  ['training', 'train'],
  ['trn', 'train'],
  ['val', 'validation'],
  ['valid', 'validation'],
  ['validation', 'validation'],
  ['validate', 'validation'],
  ['dev', 'validation'],
  ['test', 'test'],
  ['testing', 'test'],
  ['tst', 'test'],
]);

/** What people put behind the word: `training_set`, `test1`, `val-images`. */
const TAIL = /_?(?:set|data|dataset|images|imgs|split)?_?\d{0,4}$/;

/** The split that a folder's name or a manifest's entry means; undefined for any other word. */
export function splitWord(name: string): Split | undefined {
  const word = name
    .trim()
    .toLowerCase()
    .replaceAll(/[\s.-]/g, '_');
  return WORDS.get(word) ?? WORDS.get(word.replace(TAIL, ''));
}

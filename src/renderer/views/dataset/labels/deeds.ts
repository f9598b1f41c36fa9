/** What is decided of an image whose label is hard to believe. */
export type Deed = 'accept' | 'keep' | 'exclude';

const KEYS: Readonly<Record<string, Deed>> = { a: 'accept', k: 'keep', e: 'exclude' };

/** What a key decides, wherever such an image is looked at; null where it decides nothing. */
export function deedOf({
  key,
  ctrlKey,
  metaKey,
  altKey,
}: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey'>) {
  return ctrlKey || metaKey || altKey ? null : (KEYS[key.toLowerCase()] ?? null);
}

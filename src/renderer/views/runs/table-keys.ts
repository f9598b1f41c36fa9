import type { RunAct } from '../../state/run-editing.svelte.ts';

const LETTERS: Readonly<Record<string, RunAct>> = {
  s: 'star',
  t: 'tag',
  n: 'note',
  a: 'archive',
  c: 'compare',
  F2: 'rename',
  Delete: 'trash',
};

/** What a key does with the runs that are selected, or the one that it stands on; null for keys that have to do with something else. */
export function tableKeyOf(
  event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>,
): RunAct | 'all' | 'clear' | null {
  if (event.altKey) return null;
  if (event.ctrlKey || event.metaKey) return event.key.toLowerCase() === 'a' && !event.shiftKey ? 'all' : null;
  if (event.key === 'Escape') return 'clear';
  return LETTERS[event.key.length === 1 ? event.key.toLowerCase() : event.key] ?? null;
}

export type EditMenu = 'class' | 'tag' | 'split';

/** What a key does with the images that are selected. */
export type EditKey = EditMenu | 'exclude' | 'all' | 'clear';

const SHORTCUTS = { class: 'L', tag: 'T', split: 'M', exclude: 'X' } as const;

/** The key, as it is shown. */
export function shortcutOf(edit: keyof typeof SHORTCUTS): string {
  return SHORTCUTS[edit];
}

/** What a key does with the steps taken so far; null for others, and where somebody types. */
export function historyKeyOf(event: KeyboardEvent): 'undo' | 'redo' | null {
  const typing = event.target instanceof HTMLInputElement && event.target.type !== 'range';
  if (typing || event.altKey || !(event.ctrlKey || event.metaKey)) return null;
  const key = event.key.toLowerCase();
  if (key === 'z' && !event.shiftKey) return 'undo';
  return key === 'y' || key === 'z' ? 'redo' : null;
}

/** @returns null for keys that have to do with something else */
export function editKeyOf(
  event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>,
): EditKey | null {
  const key = event.key.toUpperCase();
  if (event.altKey || event.shiftKey) return null;
  if (event.ctrlKey || event.metaKey) return key === 'A' ? 'all' : null;
  if (key === 'ESCAPE') return 'clear';
  if (key === 'DELETE') return 'exclude';
  for (const edit of ['class', 'tag', 'split', 'exclude'] as const) if (key === SHORTCUTS[edit]) return edit;
  return null;
}

export type EditMenu = 'class' | 'tag' | 'split';

/** What a key does with the images that are selected. */
export type EditKey = EditMenu | 'exclude' | 'all' | 'clear';

const SHORTCUTS = { class: 'L', tag: 'T', split: 'M', exclude: 'X' } as const;

/** The key, as it is shown. */
export function shortcutOf(edit: keyof typeof SHORTCUTS): string {
  return SHORTCUTS[edit];
}

/** Inputs that take no text: keys that would write or undo in others mean the images there. */
const WITHOUT_TEXT: ReadonlySet<string> = new Set(['radio', 'checkbox', 'range', 'button', 'submit', 'file', 'color']);

/** Whether a key pressed there writes. */
export function isTyping(target: EventTarget | null): boolean {
  const { localName, type = 'text', isContentEditable } = (target ?? {}) as Partial<HTMLInputElement>;
  if (localName === 'input') return !WITHOUT_TEXT.has(type);
  return localName === 'textarea' || isContentEditable === true;
}

/** What a key does with the steps taken so far; null for others, and where somebody types. */
export function historyKeyOf(
  event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey' | 'target'>,
): 'undo' | 'redo' | null {
  if (isTyping(event.target) || event.altKey || !(event.ctrlKey || event.metaKey)) return null;
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

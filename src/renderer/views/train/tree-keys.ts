import type { TreeController } from '../../state/tree.svelte.ts';
import type { TypeAhead } from '../../state/type-ahead.ts';

const PAGE = 10;

/** What keys ask of a tree. */
export type KeyTree = Pick<TreeController, 'moveTo' | 'selectAll' | 'fold' | 'foldAll' | 'toggleChosen' | 'inspected'> &
  Readonly<Pick<TreeController, 'rows' | 'currentIndex' | 'currentRow'>>;

type Press = Pick<KeyboardEvent, 'key' | 'shiftKey' | 'ctrlKey' | 'metaKey' | 'altKey' | 'timeStamp'>;

/**
 * Does what a key means in a tree (https://www.w3.org/WAI/ARIA/apg/patterns/treeview/), with space to freeze or thaw and
 * Enter to look into a layer.
 *
 * @returns whether the key meant anything
 */
export function treeKey(tree: KeyTree, typeAhead: TypeAhead, event: Press): boolean {
  const at = tree.currentIndex;
  const row = tree.currentRow;
  if (row === undefined || event.altKey) return false;
  if (event.ctrlKey || event.metaKey) {
    if (event.key.toLowerCase() !== 'a') return false;
    tree.selectAll();
    return true;
  }
  switch (event.key) {
    case 'ArrowDown':
      tree.moveTo(at + 1, event.shiftKey);
      return true;
    case 'ArrowUp':
      tree.moveTo(at - 1, event.shiftKey);
      return true;
    case 'PageDown':
      tree.moveTo(at + PAGE, event.shiftKey);
      return true;
    case 'PageUp':
      tree.moveTo(at - PAGE, event.shiftKey);
      return true;
    case 'Home':
      tree.moveTo(0, event.shiftKey);
      return true;
    case 'End':
      tree.moveTo(tree.rows.length - 1, event.shiftKey);
      return true;
    case 'ArrowRight':
      if (row.expanded === false) tree.fold(row, true);
      else if (row.expanded === true) tree.moveTo(at + 1, false);
      return true;
    case 'ArrowLeft':
      if (row.expanded === true) tree.fold(row, false);
      else if (row.parent !== null)
        tree.moveTo(
          tree.rows.findIndex((other) => other.key === row.parent),
          false,
        );
      return true;
    case '*':
      tree.foldAll(true);
      return true;
    case ' ':
      tree.toggleChosen();
      return true;
    case 'Enter':
      if (row.target.kind === 'layer') tree.inspected = row.name;
      else tree.fold(row, row.expanded !== true);
      return true;
    case 'Escape':
      if (tree.inspected === null) return false;
      tree.inspected = null;
      return true;
    default:
      return typed(tree, typeAhead, event);
  }
}

function typed(tree: KeyTree, typeAhead: TypeAhead, event: Press): boolean {
  // Keys that type nothing have names of several letters.
  if (!/^\S$/u.test(event.key)) return false;
  const names = tree.rows.map((row) => row.name);
  const found = typeAhead.find(event.key, names, tree.currentIndex, event.timeStamp);
  if (found !== null) tree.moveTo(found, false);
  return true;
}

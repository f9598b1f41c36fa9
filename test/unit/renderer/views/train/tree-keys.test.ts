import { describe, expect, it } from 'vitest';
import { TypeAhead } from '../../../../../src/renderer/state/type-ahead.ts';
import { treeKey, type KeyTree } from '../../../../../src/renderer/views/train/tree-keys.ts';
import { blocksOf, rowsOf } from '../../../../../src/renderer/state/tree-model.ts';

const LAYERS = ['stem/conv1', 'stem/bn1', 'block_1/conv2', 'block_1/bn2', 'head/logits'].map((path) => {
  const [block = '', name = ''] = path.split('/');
  const outputShape = [1];
  return { name, block, kind: 'conv2d', outputShape, parameters: 1, state: 'frozen' as const, statistics: null };
});

/** A tree of which `stem` is unfolded, with what keys ask of it. */
function tree(at: number): KeyTree & { readonly asked: unknown[] } {
  const rows = rowsOf(blocksOf(LAYERS), { expanded: new Set(['stem']), found: null });
  const asked: unknown[] = [];
  return {
    asked,
    rows,
    currentIndex: at,
    currentRow: rows[at],
    inspected: null,
    moveTo: (index, extend) => asked.push(['move', index, extend]),
    selectAll: () => asked.push(['all']),
    fold: (row, open) => asked.push(['fold', row.name, open]),
    foldAll: (open) => asked.push(['foldAll', open]),
    toggleChosen: () => asked.push(['toggle']),
  };
}

function press(on: KeyTree, key: string, held: { readonly shift?: boolean; readonly control?: boolean } = {}): boolean {
  return treeKey(on, new TypeAhead(), {
    key,
    shiftKey: held.shift ?? false,
    ctrlKey: held.control ?? false,
    metaKey: false,
    altKey: false,
    timeStamp: 0,
  });
}

describe('keys in the tree', () => {
  // Rows: 0 stem, 1 conv1, 2 bn1, 3 block_1, 4 logits.
  it.each<[string, number, unknown]>([
    ['ArrowDown', 1, ['move', 2, false]],
    ['ArrowUp', 1, ['move', 0, false]],
    ['Home', 3, ['move', 0, false]],
    ['End', 0, ['move', 4, false]],
    ['PageDown', 0, ['move', 10, false]],
    ['ArrowRight', 3, ['fold', 'block_1', true]],
    ['ArrowRight', 0, ['move', 1, false]],
    ['ArrowLeft', 0, ['fold', 'stem', false]],
    ['ArrowLeft', 2, ['move', 0, false]],
    ['*', 2, ['foldAll', true]],
    [' ', 1, ['toggle']],
    ['Enter', 3, ['fold', 'block_1', true]],
    ['b', 0, ['move', 2, false]],
    ['l', 0, ['move', 4, false]],
  ])('%j on row %i asks for %j', (key, at, expected) => {
    const on = tree(at);
    expect(press(on, key)).toBe(true);
    expect(on.asked).toEqual([expected]);
  });

  it('extend the range with shift, and choose all with control', () => {
    const on = tree(1);
    press(on, 'ArrowDown', { shift: true });
    press(on, 'a', { control: true });
    expect(on.asked).toEqual([['move', 2, true], ['all']]);
  });

  it('look into a layer with Enter, and out of it with Escape', () => {
    const on = tree(1);
    press(on, 'Enter');
    expect(on.inspected).toBe('conv1');
    expect(press(on, 'Escape')).toBe(true);
    expect(on.inspected).toBeNull();
  });

  it.each(['Tab', 'F5', 'Escape'])('leave %s to the window', (key) => {
    const on = tree(1);
    expect(press(on, key)).toBe(false);
    expect(on.asked).toEqual([]);
  });

  it('leave undo to the view', () => {
    expect(press(tree(1), 'z', { control: true })).toBe(false);
  });
});

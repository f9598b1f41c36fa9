import { describe, expect, it } from 'vitest';
import {
  ALL,
  countSelected,
  isSelected,
  NOTHING,
  only,
  toggled,
  withImages,
  type Selection,
} from '../../../../src/renderer/state/selection.ts';

const TOTAL = 100_000;

describe('a selection', () => {
  it.each<readonly [string, Selection, readonly string[], number]>([
    ['holds nothing at first', NOTHING, [], 0],
    ['holds what it was made of, each once', only(['a', 'b', 'a']), ['a', 'b'], 2],
    ['takes more in', withImages(only(['a']), ['b']), ['a', 'b'], 2],
    ['turns each of them round', toggled(only(['a', 'b']), ['b', 'c']), ['a', 'c'], 2],
    ['of all holds every image, whether it is known or not', ALL, ['a', 'b', 'c'], TOTAL],
    ['of all can do without some', toggled(ALL, ['b']), ['a', 'c'], TOTAL - 1],
    ['of all but some takes them in again', withImages(toggled(ALL, ['b', 'c']), ['b']), ['a', 'b'], TOTAL - 1],
    ['of all but some turns each of them round', toggled(toggled(ALL, ['b']), ['b', 'c']), ['a', 'b'], TOTAL - 1],
  ])('%s', (_, selection, held, count) => {
    expect(['a', 'b', 'c'].filter((id) => isSelected(selection, id))).toEqual(held);
    expect(countSelected(selection, TOTAL)).toBe(count);
  });

  it('is left as it was by what is made of it', () => {
    const before = only(['a']);
    toggled(before, ['a']);
    withImages(before, ['b']);
    expect([...(before.kind === 'some' ? before.ids : [])]).toEqual(['a']);
  });
});

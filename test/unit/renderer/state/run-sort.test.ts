import { describe, expect, it } from 'vitest';
import { sortedBy } from '../../../../src/renderer/state/run-sort.ts';

describe('a click on the head of a column', () => {
  const byName = [{ key: 'name', descending: false }];

  it.each([
    ['sorts by it alone, figures from the greatest', [], 'loss', true, false, [{ key: 'loss', descending: true }]],
    ['leaves what was sorted by before', byName, 'loss', true, false, [{ key: 'loss', descending: true }]],
    ['turns it round', byName, 'name', false, false, [{ key: 'name', descending: true }]],
    ['with Shift decides among equals', byName, 'loss', true, true, [...byName, { key: 'loss', descending: true }]],
    [
      'with Shift turns one of several round where it is',
      [...byName, { key: 'loss', descending: true }],
      'name',
      false,
      true,
      [
        { key: 'name', descending: true },
        { key: 'loss', descending: true },
      ],
    ],
  ])('%s', (_what, sort, key, descendingFirst, adds, sorted) => {
    expect(sortedBy(sort, key, descendingFirst, adds)).toEqual(sorted);
  });

  it('asks for no more keys than the engine takes', () => {
    let sort = sortedBy([], 'a', false, false);
    for (const key of ['b', 'c', 'd', 'e', 'f']) sort = sortedBy(sort, key, false, true);
    expect(sort.map(({ key }) => key)).toEqual(['a', 'b', 'c', 'd', 'f']);
  });
});

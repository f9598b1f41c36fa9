import { describe, expect, it } from 'vitest';
import {
  changedFilter,
  EVERYTHING,
  filterAmong,
  isFiltered,
  unfiltered,
} from '../../../../src/renderer/state/image-filter.ts';

describe('a filter of images', () => {
  it('is changed in what is named, and lifted where that is null', () => {
    const filter = changedFilter(EVERYTHING, { tag: 'blurred', classIndex: 2 });
    expect(filter).toEqual({ excluded: 'with', tag: 'blurred', classIndex: 2 });
    expect(changedFilter(filter, { tag: null })).toEqual({ excluded: 'with', classIndex: 2 });
  });

  it.each([
    [EVERYTHING, false],
    [{}, true],
    [{ excluded: 'without' } as const, true],
    [{ excluded: 'with', edited: true } as const, true],
  ])('%j lets only some images pass: %s', (filter, some) => {
    expect(isFiltered(filter)).toBe(some);
    expect(changedFilter(filter, unfiltered(filter))).toEqual(EVERYTHING);
  });

  it.each([
    ['stays where its class stands where it stood', ['cat', 'dog'], ['cat', 'dog', 'emu'], 1, { classIndex: 1 }],
    ['finds its class again where another came before it', ['cat', 'dog'], ['ant', 'cat', 'dog'], 1, { classIndex: 2 }],
    ['lets a class go that has gone', ['cat', 'dog'], ['cat'], 1, {}],
  ])('%s', (_, before, now, classIndex, expected) => {
    expect(filterAmong({ classIndex, tag: 'x' }, before, now)).toEqual({ ...expected, tag: 'x' });
  });

  it('is the same one where nothing has to change, so that nothing is listed anew', () => {
    const filter = { classIndex: 0 };
    expect(filterAmong(filter, ['cat'], ['cat', 'dog'])).toBe(filter);
    expect(filterAmong(EVERYTHING, ['cat'], [])).toBe(EVERYTHING);
  });
});

import { describe, expect, it } from 'vitest';
import { matchNames } from '../../../../../src/renderer/views/dataset/name-matches.ts';

const NAMES = ['arctic fox', 'fox', 'foxglove', 'owl', 'Ñandú'];
const match = (text: string, names: readonly string[] = NAMES) => matchNames(names, text, 3, 20);

describe('names that fit what is typed', () => {
  it('begin with the one that is typed, then those that begin so, then those that hold it', () => {
    expect(match('fox').names).toEqual(['fox', 'foxglove', 'arctic fox']);
  });

  it('are the first of all where nothing is typed, with how many there are beyond', () => {
    expect(match('')).toEqual({ names: ['arctic fox', 'fox', 'foxglove'], more: 2, fresh: null, unfit: false });
  });

  it.each([
    ['a new name', 'lynx', 'lynx'],
    ['what is around it left out', '  lynx ', 'lynx'],
    ['none where the name is there', 'owl', null],
    ['none where it is there in another case', 'OWL', null],
    ['none where it is there composed otherwise', 'n\u0303andu\u0301', null],
    ['one in any script', '狐狸', '狐狸'],
    ['none of a space', '   ', null],
    ['none of a control character', 'a\u0007b', null],
    ['none that is too long', 'x'.repeat(21), null],
  ])('offer %s', (_, text, fresh) => {
    expect(match(text).fresh).toBe(fresh);
  });

  it('say that a text cannot be a name', () => {
    expect([match('x'.repeat(21)).unfit, match('a\u0007b').unfit, match('lynx').unfit]).toEqual([true, true, false]);
  });

  it('are as many as are asked for of 10,000', () => {
    const names = Array.from({ length: 10_000 }, (_, index) => `class ${index}`);
    expect(match('class 99', names)).toMatchObject({ names: ['class 99', 'class 990', 'class 991'], more: 108 });
  });
});

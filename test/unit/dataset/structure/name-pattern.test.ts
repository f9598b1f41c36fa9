import { describe, expect, test } from 'vitest';
import { deriveNamePattern, namePattern } from '../../../../src/engine/dataset/structure/name-pattern.ts';
import { splitWord } from '../../../../src/engine/dataset/structure/split-words.ts';
import { expectError } from '../../../support/expect-error.ts';

describe('the pattern of file names', () => {
  test.each<readonly [string, readonly string[], string | null]>([
    ['Kaggle', ['cat.0.jpg', 'cat.1.jpg', 'dog.0.jpg', 'dog.1.jpg'], '{class}.#'],
    [
      'breeds of several words',
      ['american_bulldog_1.jpg', 'american_bulldog_2.jpg', 'Birman_1.jpg', 'Birman_20.jpg'],
      '{class}_#',
    ],
    ['numbers without a sign between', ['cat1.png', 'cat2.png', 'dog1.png', 'dog22.png'], '{class}#'],
    ['copies in Windows', ['cat (1).png', 'cat (2).png', 'dog (1).png', 'dog (2).png'], '{class} (#)'],
    ['numbers first', ['0001_cat.jpg', '0002_dog.jpg', '0003_cat.jpg', '0004_dog.jpg'], '#_{class}'],
    ['words behind', ['cat_black.jpg', 'cat_white.jpg', 'dog_black.jpg', 'dog_white.jpg'], '{class}_*'],
    ['other scripts', ['кот-1.jpg', 'кот-2.jpg', '猫-1.jpg', '猫-2.jpg'], '{class}-#'],
    [
      'one stray file',
      [...Array.from({ length: 10 }, (_, index) => `${index % 2 === 0 ? 'a' : 'b'}_${index}.png`), 'cover.png'],
      '{class}_#',
    ],
    ['cameras', ['IMG_1.jpg', 'IMG_2.jpg', 'DSC_1.jpg', 'DSC_2.jpg'], null],
    ['one class alone', ['cat.0.jpg', 'cat.1.jpg'], null],
    ['numbers', ['1.jpg', '2.jpg', '3_1.jpg', '3_2.jpg'], null],
    ['names that all differ', ['anna_1.jpg', 'ben_1.jpg', 'carl_1.jpg'], null],
    ['nothing', [], null],
  ])('is read from %s', (_, names, pattern) => {
    expect(deriveNamePattern(names)).toBe(pattern);
  });

  test.each([
    ['{class}.#', 'train/cat.12.jpg', 'cat'],
    ['{class}.#', 'cat.jpg', null],
    ['{class}_#', 'a_b_3.png', 'a_b'],
    ['{class}_*', 'a_b_3.png', 'a'],
    ['*_{class}', 'x_y_dog.png', 'dog'],
    ['[{class}] *', '[dog] 1.png', 'dog'],
    ['{class}', 'sub/dog', 'dog'],
  ])('%s finds in %s: %s', (pattern, file, expected) => {
    expect(namePattern(pattern)(file)).toBe(expected);
  });

  test.each(['*', '{class}{class}', '{class}*a*b*', '####{class}'])('%s is refused', (pattern) =>
    expectError(() => namePattern(pattern), 'usage.invalid', '{class}'),
  );

  test.each([
    ['{class}a*a*b', 'a'],
    ['{class}#*#*#x', '1'],
    ['#{class}#*1#*1', '1'],
  ])('does not search without end in names made for that: %s', (pattern, letter) => {
    const classOf = namePattern(pattern);
    for (let file = 0; file < 500; file += 1) expect(classOf(`${letter.repeat(250)}${file}xby.png`)).toBeNull();
  });

  test('finds what the regular expression of the same meaning finds', () => {
    const pieces = ['{class}', '*', '#', 'a', '1', '\u{1f408}', '.'];
    const sources: Readonly<Record<string, string>> = { '{class}': '(.+?)', '*': '.*', '#': '\\d+', '.': '\\.' };
    let state = 1;
    const random = (most: number): number => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor((state / 2 ** 32) * most);
    };
    const draw = (from: readonly string[], count: number): string[] =>
      Array.from({ length: count }, () => from[random(from.length)] ?? '');
    let fitting = 0;
    for (let round = 0; round < 4000; round += 1) {
      const parts = [...draw(pieces.slice(1), random(3)), '{class}', ...draw(pieces.slice(1), random(4))];
      if (parts.filter((part) => part === '*').length > 2 || parts.filter((part) => part === '#').length > 3) continue;
      const name = draw(['a', '1', '2', '\u{1f408}', '.'], 1 + random(8)).join('');
      const expression = new RegExp(`^${parts.map((part) => sources[part] ?? part).join('')}$`, 'su');
      const expected = expression.exec(name)?.[1] ?? null;
      if (expected !== null) fitting += 1;
      expect([parts.join(''), name, namePattern(parts.join(''))(`${name}.png`)]).toEqual([
        parts.join(''),
        name,
        expected,
      ]);
    }
    expect(fitting).toBeGreaterThan(500);
  });
});

test.each([
  ['train', 'train'],
  ['Training', 'train'],
  ['training set', 'train'],
  ['train-images', 'train'],
  ['val', 'validation'],
  ['valid', 'validation'],
  ['Validation_Set', 'validation'],
  ['dev', 'validation'],
  ['test1', 'test'],
  ['testing', 'test'],
  ['trainer', undefined],
  ['contest', undefined],
  ['cat', undefined],
])('%s means the split %s', (name, split) => {
  expect(splitWord(name)).toBe(split);
});

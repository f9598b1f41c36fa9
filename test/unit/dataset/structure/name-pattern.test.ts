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

  test('does not search without end in a name made for that', () => {
    const classOf = namePattern('{class}a*a*b');
    expect(classOf(`${'a'.repeat(250)}.png`)).toBeNull();
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

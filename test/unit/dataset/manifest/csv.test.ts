import { describe, expect, test } from 'vitest';
import { csvRows, separatorOf } from '../../../../src/engine/dataset/manifest/csv.ts';
import { manifestRows } from '../../../../src/engine/dataset/manifest/manifest-rows.ts';

const rows = (text: string): (readonly [number, readonly string[]])[] =>
  [...csvRows(text, separatorOf(text))].map(({ line, fields }) => [line, fields]);

describe('a table', () => {
  test.each<readonly [string, string, readonly (readonly [number, readonly string[]])[]]>([
    [
      'with commas',
      'a,b\n1,2\n',
      [
        [1, ['a', 'b']],
        [2, ['1', '2']],
      ],
    ],
    [
      'with semicolons',
      'a;b\n1,5;2',
      [
        [1, ['a', 'b']],
        [2, ['1,5', '2']],
      ],
    ],
    ['with tabulators', 'a\tb', [[1, ['a', 'b']]]],
    [
      'with a byte order mark and the ends of lines of Windows',
      '\ufeffa,b\r\n1,2\r\n',
      [
        [1, ['a', 'b']],
        [2, ['1', '2']],
      ],
    ],
    [
      'with the ends of lines of old Macs',
      'a,b\r1,2',
      [
        [1, ['a', 'b']],
        [2, ['1', '2']],
      ],
    ],
    [
      'with quotes',
      'a,b\n"x, ""y""\nz",2\n3,4',
      [
        [1, ['a', 'b']],
        [2, ['x, "y"\nz', '2']],
        [4, ['3', '4']],
      ],
    ],
    [
      'with something behind a quote',
      'a,b\n"x"!,2',
      [
        [1, ['a', 'b']],
        [2, ['x', '2']],
      ],
    ],
    [
      'with a quote that never ends',
      'a,b\n"x,2\n3,4',
      [
        [1, ['a', 'b']],
        [2, ['"x', '2']],
        [3, ['3', '4']],
      ],
    ],
    [
      'with empty lines and fields',
      'a,b\n\n,2\n1,\n',
      [
        [1, ['a', 'b']],
        [3, ['', '2']],
        [4, ['1', '']],
      ],
    ],
    ['that is empty', '', []],
  ])('%s', (_, text, expected) => {
    expect(rows(text)).toEqual(expected);
  });
});

describe('the columns of a manifest', () => {
  const said = (text: string, name = 'm.csv'): unknown =>
    manifestRows(text, { name })?.map((row) =>
      row.kind === 'image' ? [row.path, row.label, row.split] : row.reason,
    ) ?? null;

  test.each([
    ['any order', 'Split,Class Name,Image_Path\ntrain,cat,a.jpg', [['a.jpg', 'cat', 'train']]],
    ['the surest name counts', 'id,file,label\n7,a.jpg,cat', [['a.jpg', 'cat', null]]],
    ['Kaggle', 'id,breed\nabc,boxer', [['abc', 'boxer', null]]],
    [
      'no names',
      'a.jpg,cat,val\nb.jpg,dog,',
      [
        ['a.jpg', 'cat', 'val'],
        ['b.jpg', 'dog', null],
      ],
    ],
    ['no paths', 'a,b\n1,2', null],
    ['nothing', '', null],
  ])('%s', (_, text, expected) => {
    expect(said(text)).toEqual(expected);
  });

  test('lines of JSON that are none are told', () => {
    const text = '{"image": "a.jpg", "label": "cat"}\n[1]\n{"image": \n{"image": "b.jpg", "label": null}';
    expect(said(text, 'm.jsonl')).toEqual([
      ['a.jpg', 'cat', null],
      'the line is no JSON object',
      'the line is no JSON object',
      'the line names no class',
    ]);
  });
});

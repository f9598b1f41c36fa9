import { expect, it } from 'vitest';
import { layOutLines, lineAt, lineOf, rowsWithin } from '../../../../src/renderer/state/line-layout.ts';

const grouped = layOutLines([
  { hasHead: true, rows: 2 },
  { hasHead: true, rows: 0 },
  { hasHead: true, rows: 3 },
]);

it('puts a head before the rows of each part, and nothing but the head where they are folded away', () => {
  const lines = Array.from({ length: grouped.total }, (_, index) => lineAt(grouped, index));
  expect(lines.map((line) => (line?.kind === 'head' ? `head ${line.part}` : `${line?.part} ${line?.row}`))).toEqual([
    'head 0',
    '0 0',
    '0 1',
    'head 1',
    'head 2',
    '2 0',
    '2 1',
    '2 2',
  ]);
  expect([-1, 8, 1000].map((index) => lineAt(grouped, index))).toEqual([null, null, null]);
});

it('finds the line of a row again', () => {
  for (let index = 0; index < grouped.total; index += 1) {
    const line = lineAt(grouped, index);
    if (line?.kind === 'row') expect(lineOf(grouped, line.part, line.row)).toBe(index);
  }
});

it.each([
  { first: 0, end: 8, found: ['0: 0-2', '2: 0-3'] },
  { first: 2, end: 6, found: ['0: 1-2', '2: 0-1'] },
  { first: 3, end: 5, found: [] },
  { first: 6, end: 100, found: ['2: 1-3'] },
])('tells the rows among the lines from $first to $end, part by part', ({ first, end, found }) => {
  const rows = rowsWithin(grouped, first, end);
  expect(rows.map((inside) => `${inside.part}: ${inside.first}-${inside.end}`)).toEqual(found);
});

it('has no heads where runs are not grouped', () => {
  const plain = layOutLines([{ hasHead: false, rows: 10_000 }]);
  expect(plain.total).toBe(10_000);
  expect(lineAt(plain, 9999)).toEqual({ kind: 'row', part: 0, row: 9999 });
  expect(layOutLines([]).total).toBe(0);
  expect(lineAt(layOutLines([]), 0)).toBeNull();
});

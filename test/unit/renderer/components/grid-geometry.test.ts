import { expect, test } from 'vitest';
import {
  cellsInView,
  cellsWithin,
  layOut,
  moveCursor,
  placeOf,
  scrollToShow,
  type GridGeometry,
} from '../../../../src/renderer/components/grid-geometry.ts';

const grid = (total: number, width = 500, maximumColumns?: number): GridGeometry =>
  layOut({
    width,
    total,
    minimumCellWidth: 100,
    heightOf: (cellWidth) => cellWidth + 20,
    gap: 10,
    padding: 20,
    ...(maximumColumns === undefined ? {} : { maximumColumns }),
  });

test.each([
  { width: 500, columns: 4, cellWidth: 107 },
  { width: 480, columns: 4, cellWidth: 102 },
  { width: 469, columns: 3, cellWidth: 136 },
  { width: 90, columns: 1, cellWidth: 50 },
  { width: 0, columns: 1, cellWidth: 1 },
])('shares a width of $width among as many columns as fit', ({ width, columns, cellWidth }) => {
  expect(grid(10, width)).toMatchObject({ columns, cellWidth });
});

test('keeps to the columns it is limited to', () => {
  expect(grid(10, 500, 1)).toMatchObject({ columns: 1, cellWidth: 460, rows: 10 });
});

test('is as high as its rows with their gaps and paddings, and has no height when empty', () => {
  expect(grid(9).height).toBe(20 + 3 * 127 + 2 * 10 + 20);
  expect(grid(0).height).toBe(0);
});

test('shows every cell whose row touches the view, and no other', () => {
  const laidOut = grid(1000);
  for (let scrollTop = 0; scrollTop < laidOut.height - 400; scrollTop += 61) {
    const { first, end } = cellsInView(laidOut, scrollTop, 400, 0);
    for (let index = 0; index < 1000; index += 1) {
      const { y } = placeOf(laidOut, index);
      const seen = y < scrollTop + 400 && y + laidOut.cellHeight > scrollTop;
      if (seen) expect(index >= first && index < end).toBe(true);
    }
    expect(end - first).toBeLessThanOrEqual((Math.ceil(400 / 137) + 1) * 4);
  }
});

test('never reaches beyond the cells there are', () => {
  expect(cellsInView(grid(5), 0, 10_000, 3)).toEqual({ first: 0, end: 5 });
  expect(cellsInView(grid(0), 0, 500, 3)).toEqual({ first: 0, end: 0 });
  expect(cellsInView(grid(5), 1_000_000, 500, 0)).toEqual({ first: 5, end: 5 });
});

test('scrolls no further than it takes to show a cell whole', () => {
  const laidOut = grid(100);
  expect(scrollToShow(laidOut, 0, 0, 400)).toBe(0);
  expect(scrollToShow(laidOut, 0, 300, 400)).toBe(0);
  const down = scrollToShow(laidOut, 40, 0, 400);
  expect(placeOf(laidOut, 40).y + laidOut.cellHeight).toBeLessThanOrEqual(down + 400);
  expect(scrollToShow(laidOut, 40, down, 400)).toBe(down);
  expect(scrollToShow(laidOut, 99, 0, 400)).toBe(laidOut.height - 400);
});

test.each([
  { key: 'ArrowRight', from: 3, to: 4 },
  { key: 'ArrowRight', from: 9, to: 9 },
  { key: 'ArrowLeft', from: 4, to: 3 },
  { key: 'ArrowLeft', from: 0, to: 0 },
  { key: 'ArrowDown', from: 1, to: 5 },
  { key: 'ArrowDown', from: 6, to: 9 },
  { key: 'ArrowDown', from: 8, to: 8 },
  { key: 'ArrowUp', from: 5, to: 1 },
  { key: 'ArrowUp', from: 2, to: 2 },
  { key: 'PageDown', from: 0, to: 8 },
  { key: 'PageDown', from: 3, to: 9 },
  { key: 'PageUp', from: 9, to: 1 },
  { key: 'Home', from: 7, to: 0 },
  { key: 'End', from: 2, to: 9 },
  { key: 'Enter', from: 2, to: null },
  { key: 'a', from: 2, to: null },
])('$key leads from cell $from of 10 in rows of 4 to $to', ({ key, from, to }) => {
  expect(moveCursor(grid(10), key, from, 300)).toBe(to);
});

test('moves nowhere where there is no cell', () => {
  expect(moveCursor(grid(0), 'ArrowDown', 0, 300)).toBeNull();
});

test.each([
  { what: 'within a cell', rectangle: [30, 30, 40, 40], cells: [[0, 1]] },
  { what: 'between two cells', rectangle: [128, 30, 136, 40], cells: [] },
  {
    what: 'over parts of two rows',
    rectangle: [140, 100, 260, 200],
    cells: [
      [1, 3],
      [5, 7],
    ],
  },
  { what: 'over everything', rectangle: [0, 0, 500, 1000], cells: [[0, 10]] },
  { what: 'where the last row has ended', rectangle: [260, 300, 500, 400], cells: [] },
  { what: 'beside all columns', rectangle: [480, 0, 500, 400], cells: [] },
] as const)('knows which cells a rectangle drawn $what touches', ({ rectangle: [left, top, right, bottom], cells }) => {
  const found = cellsWithin(grid(10), { left, top, right, bottom });
  expect(found.map(({ first, end }) => [first, end])).toEqual(cells);
});

import { describe, expect, it } from 'vitest';
import {
  CARD_GAP,
  groupHeight,
  layOutPairs,
  MOST_SHOWN,
  movePair,
  pictureHeight,
} from '../../../../../../src/renderer/views/dataset/health/pair-layout.ts';

describe('images of a group', () => {
  it.each([
    ['lie side by side in a narrow pane', 200, 2],
    ['lie in two columns where there is room for two', 444, 2],
    ['lie in as many columns as fit', 1000, 4],
  ])('%s', (_, width, columns) => {
    const layout = layOutPairs(width);
    expect(layout.columns).toBe(columns);
    expect(layout.columns * layout.cardWidth + (layout.columns - 1) * CARD_GAP).toBeLessThanOrEqual(width);
  });

  it('take a line more when one is full, and no more than are shown with a card for the others', () => {
    const layout = layOutPairs(444);
    const line = groupHeight(3, layout) - groupHeight(2, layout);
    expect(line).toBeGreaterThan(pictureHeight(layout.cardWidth));
    expect(groupHeight(4, layout)).toBe(groupHeight(3, layout));
    expect(groupHeight(MOST_SHOWN + 1, layout)).toBe(groupHeight(MOST_SHOWN, layout) + line);
    expect(groupHeight(100_000, layout)).toBe(groupHeight(MOST_SHOWN + 1, layout));
  });
});

describe('a key among groups', () => {
  // Of three groups the second has one image more; each has a button.
  const cells = [3, 4, 3];
  const cellsIn = (row: number): number => cells[row] ?? 0;

  it.each([
    ['ArrowRight', [0, 0], [0, 1]],
    ['ArrowRight', [0, 2], [0, 2]],
    ['ArrowLeft', [1, 0], [1, 0]],
    ['ArrowDown', [1, 3], [2, 2]],
    ['ArrowDown', [2, 1], [2, 1]],
    ['ArrowUp', [1, 1], [0, 1]],
    ['PageDown', [0, 1], [2, 1]],
    ['PageUp', [1, 0], [0, 0]],
    ['Home', [2, 2], [0, 0]],
    ['End', [0, 2], [2, 0]],
    ['x', [0, 0], null],
  ] as const)('%s leads from %j to %j', (key, [row, cell], expected) => {
    const to = movePair(key, { row, cell }, cells.length, cellsIn, 2);
    expect(to && [to.row, to.cell]).toEqual(expected);
  });
});

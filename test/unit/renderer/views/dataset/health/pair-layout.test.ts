import { describe, expect, it } from 'vitest';
import {
  CARD_GAP,
  GROUP_GAP,
  groupHeight,
  layOutPairs,
  MOST_SHOWN,
  movePair,
  pictureHeight,
} from '../../../../../../src/renderer/views/dataset/health/pair-layout.ts';

describe('groups of images', () => {
  it.each([
    ['a pair lies side by side in a narrow pane', 260, 2, 1, 2],
    ['pairs lie beside each other where there is room', 980, 2, 2, 2],
    ['larger groups have a line of their own', 980, 3, 1, 4],
  ])('%s', (_, width, largest, across, columns) => {
    const layout = layOutPairs(width, true, largest);
    expect([layout.across, layout.columns]).toEqual([across, columns]);
    expect(across * layout.groupWidth + (across - 1) * GROUP_GAP).toBeLessThanOrEqual(width);
    expect(layout.columns * layout.cardWidth + (layout.columns - 1) * CARD_GAP).toBeLessThan(layout.groupWidth);
  });

  it('are wider where they have no button', () => {
    expect(layOutPairs(300, false, 2).cardWidth).toBeGreaterThan(layOutPairs(300, true, 2).cardWidth);
  });

  it('take a line more when one is full, and no more than are shown with a card for the others', () => {
    const layout = layOutPairs(470, true, 3);
    expect(layout.columns).toBe(2);
    const line = groupHeight(3, layout) - groupHeight(2, layout);
    expect(line).toBeGreaterThan(pictureHeight(layout.cardWidth));
    expect(groupHeight(4, layout)).toBe(groupHeight(3, layout));
    expect(groupHeight(MOST_SHOWN + 1, layout)).toBe(groupHeight(MOST_SHOWN, layout) + line);
    expect(groupHeight(100_000, layout)).toBe(groupHeight(MOST_SHOWN + 1, layout));
  });
});

describe('a key among groups', () => {
  // Of five groups, two in a line, the second has one image more; each has a button.
  const cells = [3, 4, 3, 3, 3];
  const grid = { groups: cells.length, across: 2, page: 1, cellsIn: (row: number): number => cells[row] ?? 0 };

  it.each([
    ['ArrowRight', [0, 0], [0, 1]],
    ['ArrowRight', [0, 2], [1, 0]],
    ['ArrowRight', [4, 2], [4, 2]],
    ['ArrowLeft', [1, 0], [0, 2]],
    ['ArrowLeft', [0, 0], [0, 0]],
    ['ArrowDown', [1, 3], [3, 2]],
    ['ArrowDown', [3, 1], [3, 1]],
    ['ArrowUp', [2, 1], [0, 1]],
    ['ArrowUp', [1, 1], [1, 1]],
    ['PageDown', [0, 1], [2, 1]],
    ['PageDown', [3, 1], [4, 1]],
    ['PageUp', [1, 0], [0, 0]],
    ['PageUp', [4, 0], [2, 0]],
    ['Home', [2, 2], [0, 0]],
    ['End', [0, 2], [4, 0]],
    ['x', [0, 0], null],
  ] as const)('%s leads from %j to %j', (key, [row, cell], expected) => {
    const to = movePair(key, { row, cell }, grid);
    expect(to && [to.row, to.cell]).toEqual(expected);
  });
});

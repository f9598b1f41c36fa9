import { expect, it } from 'vitest';
import { moveInRows } from '../../../../../src/renderer/views/runs/move-in-rows.ts';

it.each([
  ['ArrowDown', 3, 4],
  ['ArrowDown', 9, 9],
  ['ArrowUp', 3, 2],
  ['ArrowUp', 0, 0],
  ['PageDown', 3, 8],
  ['PageDown', 8, 9],
  ['PageUp', 3, 0],
  ['Home', 5, 0],
  ['End', 5, 9],
  ['Tab', 5, null],
])('%s leads from row %d of ten to %s', (key, place, expected) => expect(moveInRows(key, place, 10, 5)).toBe(expected));

it('leads nowhere in an empty list', () => expect(moveInRows('End', 0, 0, 5)).toBeNull());

import { expect, it } from 'vitest';
import { editKeyOf } from '../../../../../src/renderer/views/dataset/selection-keys.ts';

const NO_KEYS = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };

it.each([
  [{ key: 'l' }, 'class'],
  [{ key: 'T' }, 'tag'],
  [{ key: 'm' }, 'split'],
  [{ key: 'x' }, 'exclude'],
  [{ key: 'Delete' }, 'exclude'],
  [{ key: 'Escape' }, 'clear'],
  [{ key: 'a', ctrlKey: true }, 'all'],
  [{ key: 'a', metaKey: true }, 'all'],
  [{ key: 'a' }, null],
  [{ key: 'x', ctrlKey: true }, null],
  [{ key: 't', altKey: true }, null],
  [{ key: 'Enter' }, null],
])('%j does %s with what is selected', (event, edit) => {
  expect(editKeyOf({ ...NO_KEYS, ...event })).toBe(edit);
});

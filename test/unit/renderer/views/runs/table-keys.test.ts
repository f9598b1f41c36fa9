import { expect, it } from 'vitest';
import { tableKeyOf } from '../../../../../src/renderer/views/runs/table-keys.ts';

const key = (name: string, held: Partial<Record<'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey', boolean>> = {}) => ({
  key: name,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...held,
});

it.each([
  [key('s'), 'star'],
  [key('S', { shiftKey: true }), 'star'],
  [key('F2'), 'rename'],
  [key('Delete'), 'trash'],
  [key('Escape'), 'clear'],
  [key('a'), 'archive'],
  [key('a', { ctrlKey: true }), 'all'],
  [key('a', { metaKey: true }), 'all'],
  [key('s', { ctrlKey: true }), null],
  [key('s', { altKey: true }), null],
  [key('q'), null],
  [key('Tab'), null],
])('takes the key %j for %j', (event, act) => {
  expect(tableKeyOf(event)).toBe(act);
});

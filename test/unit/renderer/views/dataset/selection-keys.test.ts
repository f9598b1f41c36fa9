import { expect, it } from 'vitest';
import { editKeyOf, historyKeyOf } from '../../../../../src/renderer/views/dataset/selection-keys.ts';

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

const focusOn = (localName: string, type?: string): EventTarget => ({ localName, type }) as unknown as EventTarget;

it.each([
  ['undo', { key: 'z', ctrlKey: true }, focusOn('div')],
  ['undo', { key: 'z', metaKey: true }, focusOn('input', 'radio')],
  ['undo', { key: 'z', ctrlKey: true }, focusOn('input', 'checkbox')],
  ['redo', { key: 'Z', ctrlKey: true, shiftKey: true }, focusOn('input', 'range')],
  ['redo', { key: 'y', ctrlKey: true }, null],
  [null, { key: 'z', ctrlKey: true }, focusOn('input', 'text')],
  [null, { key: 'z', ctrlKey: true }, focusOn('input', 'number')],
  [null, { key: 'z', ctrlKey: true }, focusOn('textarea', 'textarea')],
  [null, { key: 'z' }, focusOn('div')],
  [null, { key: 'z', ctrlKey: true, altKey: true }, focusOn('div')],
])('%s is what %j does to the steps with the focus on %j', (step, event, target) => {
  expect(historyKeyOf({ ...NO_KEYS, ...event, target })).toBe(step);
});

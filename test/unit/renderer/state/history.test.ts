import { expect, it } from 'vitest';
import { advance, begin, redo, undo } from '../../../../src/renderer/state/history.ts';

it('goes back and forth through states', () => {
  const three = advance(advance(begin('a'), 'b'), 'c');
  const back = undo(undo(three));
  expect(back.present).toBe('a');
  expect(redo(redo(back))).toEqual(three);
});

it('stays where nothing is left to undo or redo', () => {
  const one = begin('a');
  expect(undo(one)).toBe(one);
  expect(redo(one)).toBe(one);
});

it('forgets what was undone once something new is done', () => {
  const anew = advance(undo(advance(begin('a'), 'b')), 'c');
  expect(redo(anew).present).toBe('c');
  expect(undo(anew).present).toBe('a');
});

it('keeps the last two hundred states, so that a long session stays small', () => {
  let history = begin(0);
  for (let state = 1; state <= 1000; state += 1) history = advance(history, state);
  for (let step = 0; step < 1000; step += 1) history = undo(history);
  expect(history.present).toBe(800);
});

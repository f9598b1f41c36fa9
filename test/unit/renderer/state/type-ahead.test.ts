import { expect, test } from 'vitest';
import { TypeAhead } from '../../../../src/renderer/state/type-ahead.ts';

const names = ['conv1', 'conv2', 'Dense', 'dropout', 'حصان', '狐'];

/** Types keys with pauses of so many milliseconds, each from where the one before led. */
function typed(keys: string, pause: number, from = 0): number | null {
  const typeAhead = new TypeAhead();
  let place: number | null = from;
  let now = 0;
  for (const key of keys) {
    place = typeAhead.find(key, names, place ?? from, now);
    now += pause;
  }
  return place;
}

test.each([
  { keys: 'd', pause: 100, place: 2 },
  { keys: 'dr', pause: 100, place: 3 },
  { keys: 'dd', pause: 100, place: 3 },
  { keys: 'ddd', pause: 100, place: 2 },
  { keys: 'conv2', pause: 100, place: 1 },
  { keys: 'dr', pause: 2000, place: null },
  { keys: 'ح', pause: 100, place: 4 },
  { keys: '狐', pause: 100, place: 5 },
  { keys: 'x', pause: 100, place: null },
])('"$keys" with $pause ms between leads to $place', ({ keys, pause, place }) => {
  expect(typed(keys, pause)).toBe(place);
});

test('finds nothing among nothing', () => {
  expect(new TypeAhead().find('a', [], 0, 0)).toBeNull();
});

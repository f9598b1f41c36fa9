import { expect, it } from 'vitest';
import { shownSize } from '../../../../src/renderer/state/shown-size.ts';

const ROOM = { width: 900, height: 600 };

it.each([
  ['a large picture is shown whole', { width: 4000, height: 1000 }, { width: 900, height: 225 }],
  ['a tall one as well', { width: 1000, height: 4000 }, { width: 150, height: 600 }],
  ['one of half the room fills it', { width: 450, height: 280 }, { width: 900, height: 560 }],
  ['a smaller one is doubled', { width: 300, height: 250 }, { width: 600, height: 500 }],
  ['a tiny one is enlarged to be seen', { width: 32, height: 32 }, { width: 384, height: 384 }],
  ['a tiny wide one not beyond the room', { width: 64, height: 8 }, { width: 900, height: 113 }],
])('%s', (_, picture, expected) => {
  expect(shownSize(picture, ROOM)).toEqual(expected);
});

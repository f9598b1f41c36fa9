import { expect, it } from 'vitest';
import { carriedBy } from '../../../../../src/renderer/views/dataset/selected-facts.ts';
import { listedImage } from '../../../../support/listed-images.ts';

it.each([
  ['all', [true, true], 2],
  ['some', [true, false], 2],
  ['some', [true, true], 100_000],
  ['none', [false, false], 2],
  ['none', [], 0],
] as const)('%s are excluded where those known are %j of %i', (carried, excluded, selected) => {
  const held = excluded.map((is, place) => listedImage(place, { excluded: is }));
  expect(carriedBy(held, selected, (image) => image.excluded)).toBe(carried);
});

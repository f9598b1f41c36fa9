import { expect, it } from 'vitest';
import { carriedBy, exclusionOf } from '../../../../../src/renderer/views/dataset/selected-facts.ts';
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

it.each([
  ['exclude', [false, false], 2, null],
  ['include', [true, true], 2, null],
  ['exclude or include', [true, false], 2, null],
  ['exclude or include', [true, true], 1000, null],
  ['exclude or include', [false], 1000, { excluded: 'with' }],
  ['include', [true], 1000, { excluded: 'only' }],
  ['exclude', [], 1000, { excluded: 'without' }],
  ['exclude', [], 1000, {}],
] as const)(
  '%s is offered where those known are excluded %j of %i that pass %j',
  (offered, known, selected, passed) => {
    const held = known.map((excluded, place) => listedImage(place, { excluded }));
    const { excludable, includable } = exclusionOf(held, selected, passed);
    expect([excludable && 'exclude', includable && 'include'].filter(Boolean).join(' or ')).toBe(offered);
  },
);

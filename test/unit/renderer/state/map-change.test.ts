import { describe, expect, it } from 'vitest';
import { isLaidOutAlike, placeAfter } from '../../../../src/renderer/state/map-change.ts';
import { numberOf } from '../../../../src/renderer/views/dataset/map/map-choice.ts';

/** A map from its images, each at a place across: `a0 b0.5`. */
const map = (text: string) => {
  const points =
    text === '' ? [] : text.split(' ').map((point) => ({ path: point.charAt(0), at: Number(point.slice(1)) }));
  return {
    paths: points.map(({ path }) => path),
    coordinates: Float32Array.from(points.flatMap(({ at }) => [at, 0.5])),
  };
};

describe('a map that comes after another', () => {
  it.each([
    { title: 'the same', before: 'a0 b0.5 c1', after: 'a0 b0.5 c1', alike: true },
    { title: 'one image less', before: 'a0 b0.5 c1', after: 'b0.5 c1', alike: true },
    { title: 'one image more', before: 'a0 c1', after: 'a0 b0.5 c1', alike: true },
    { title: 'its images elsewhere', before: 'a0 b0.5', after: 'a0 b0.6', alike: false },
    { title: 'other images', before: 'a0 b0.5', after: 'd0 e0.5', alike: false },
    { title: 'no image', before: 'a0', after: '', alike: false },
  ])('is laid out alike: $alike, with $title', ({ before, after, alike }) => {
    expect(isLaidOutAlike(map(before), map(after))).toBe(alike);
  });

  it.each([
    { title: 'the image itself where others before it are gone', at: 2, after: 'b0.4 c1', place: 1 },
    { title: 'what lies nearest where it is gone', at: 1, after: 'a0 c1', place: 0 },
    { title: 'what lies nearest, whatever its number', at: 2, after: 'a0 b0.4', place: 1 },
    { title: 'none where nothing is left', at: 0, after: '', place: null },
  ])('goes on from $title', ({ at, after, place }) => {
    expect(placeAfter(map('a0 b0.4 c1'), at, map(after))).toBe(place);
  });
});

describe('the class that is shown alone', () => {
  const classes = [
    { index: -1, name: 'No class' },
    { index: 0, name: 'ash' },
    { index: 2, name: 'No class' },
  ];
  it.each([
    { title: 'by its name, whatever its number', shown: { name: 'ash', unlabelled: false }, number: 0 },
    { title: 'apart from the images without one', shown: { name: 'No class', unlabelled: false }, number: 2 },
    { title: 'as the images without one', shown: { name: 'No class', unlabelled: true }, number: -1 },
    { title: 'no longer, where no image has it', shown: { name: 'oak', unlabelled: false }, number: null },
    { title: 'not, where all are shown', shown: null, number: null },
  ])('is found $title', ({ shown, number }) => {
    expect(numberOf(shown, classes)).toBe(number);
  });
});

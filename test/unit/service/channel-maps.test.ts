import { describe, expect, it } from 'vitest';
import { channelMap, mapSize, placesOf } from '../../../src/engine/service/channel-maps.ts';

describe('the places of a layer', () => {
  it.each([
    [[4, 6, 3], { height: 4, width: 6, channels: 3 }],
    [[5, 3], { height: 1, width: 5, channels: 3 }],
    [[7], { height: 1, width: 1, channels: 7 }],
  ])('of shape %j are %j', (shape, places) => {
    expect(placesOf(shape)).toEqual(places);
  });

  it.each([
    [{ height: 224, width: 224 }, 64, { height: 64, width: 64 }],
    [{ height: 7, width: 7 }, 64, { height: 7, width: 7 }],
    [{ height: 100, width: 1 }, 10, { height: 10, width: 1 }],
    [{ height: 30, width: 90 }, 9, { height: 3, width: 9 }],
  ])('%j are drawn with at most %i a side as %j', (places, largest, size) => {
    expect(mapSize({ ...places, channels: 1 }, largest)).toEqual(size);
  });
});

describe('the map of a channel', () => {
  // Two channels of 2 x 4 places: the second is ten times the first.
  const places = { height: 2, width: 4, channels: 2 };
  const first = [0, 1, 2, 3, 4, 5, 6, 7];
  const values = Float32Array.from(first.flatMap((value) => [value, 10 * value]));

  it('is its places from its minimum to its maximum', () => {
    const map = channelMap(values, places, 1, { minimum: 0, maximum: 70 }, places);
    expect([...map]).toEqual(first.map((value) => Math.round((255 * value) / 7)));
  });

  it('has the mean of the places that one of its own stands for', () => {
    const map = channelMap(values, places, 0, { minimum: 0, maximum: 7 }, { height: 1, width: 2 });
    expect([...map]).toEqual([(0 + 1 + 4 + 5) / 4, (2 + 3 + 6 + 7) / 4].map((mean) => Math.round((255 * mean) / 7)));
  });

  it('stands for every place once where sizes do not divide', () => {
    const odd = { height: 1, width: 5, channels: 1 };
    const map = channelMap(
      Float32Array.of(0, 0, 255, 255, 255),
      odd,
      0,
      { minimum: 0, maximum: 255 },
      { height: 1, width: 2 },
    );
    expect([...map]).toEqual([0, 255]);
  });

  it('of one value alone is black', () => {
    expect([...channelMap(values, places, 0, { minimum: 3, maximum: 3 }, places)]).toEqual(first.map(() => 0));
  });
});

import { describe, expect, it } from 'vitest';
import { barOf, channelPixels, moveInGrid } from '../../../../src/renderer/state/channel-pixels.ts';

const statistics = { mean: 0, standardDeviation: 0, zeros: 0 };
const maps = {
  width: 2,
  height: 1,
  maps: Uint8Array.of(0, 255, 0, 255, 0, 0),
  channels: [
    { ...statistics, minimum: 0, maximum: 1 },
    { ...statistics, minimum: 1, maximum: 4 },
    { ...statistics, minimum: 2, maximum: 2 },
  ],
  whole: { mean: 0, minimum: 0, maximum: 4, zeros: 0 },
};
const greys = (pixels: Uint8ClampedArray): readonly number[] => [...pixels].filter((_, at) => at % 4 === 0);

describe('the pixels of a channel', () => {
  it.each([
    [0, 'channel', [0, 255]],
    [1, 'channel', [0, 255]],
    [2, 'channel', [128, 128]],
    [0, 'layer', [0, 64]],
    [1, 'layer', [64, 255]],
    [2, 'layer', [128, 128]],
  ] as const)('of channel %i by the range of its %s are %j', (index, range, expected) => {
    const pixels = channelPixels(maps, index, range);
    expect(greys(pixels)).toEqual(expected);
    expect([...pixels].filter((_, at) => at % 4 === 3)).toEqual([255, 255]);
  });
});

it.each([
  [3, { minimum: 0, maximum: 4 }, { from: 0, to: 0.75 }],
  [3, { minimum: 2, maximum: 4 }, { from: 0, to: 0.75 }],
  [-1, { minimum: -1, maximum: 3 }, { from: 0, to: 0.25 }],
  [1, { minimum: -1, maximum: 3 }, { from: 0.25, to: 0.5 }],
  [0, { minimum: 0, maximum: 0 }, { from: 0, to: 0 }],
])('a bar of %d among %j reaches from zero to it', (value, range, bar) => {
  expect(barOf(value, range)).toEqual(bar);
});

it.each([
  ['ArrowRight', 0, 1],
  ['ArrowLeft', 0, 0],
  ['ArrowDown', 1, 4],
  ['ArrowDown', 5, 5],
  ['ArrowUp', 4, 1],
  ['Home', 4, 0],
  ['End', 0, 6],
  ['Enter', 0, null],
])('%s leads from cell %i of seven in threes to %s', (key, place, next) => {
  expect(moveInGrid(key, place, 3, 7)).toBe(next);
});

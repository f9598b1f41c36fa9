import { describe, expect, it } from 'vitest';
import { filterPixels, heatPixels, regionStyle } from '../../../../src/renderer/state/heat-pixels.ts';
import { heatColour } from '../../../../src/shared/image/heat-colours.ts';

describe('a heat-map over a picture', () => {
  it('has the colour of each value at its place', () => {
    const pixels = heatPixels({ width: 3, height: 1, values: Float32Array.of(0, 0.5, 1) });
    expect([...pixels]).toEqual([0, 0.5, 1].flatMap((value) => [...heatColour(value), 255]));
  });

  it('lies where the network saw, beyond the picture where that was padded', () => {
    expect(regionStyle({ left: -0.25, top: 0.1, width: 1.5, height: 0.8 })).toBe(
      'left: -25.000%; top: 10.000%; width: 150.000%; height: 80.000%',
    );
  });
});

it('a kernel is cut out of all of them', () => {
  const pixels = Uint8Array.from({ length: 2 * 1 * 2 * 3 }, (_, index) => index);
  expect([...filterPixels({ pixels, width: 2, height: 1 }, 1)]).toEqual([6, 7, 8, 255, 9, 10, 11, 255]);
});
